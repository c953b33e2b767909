// A farm of our own: two simulated ComfyUIs and everything else in one process, on ports that nobody else has.
import { spawn } from "node:child_process";
import { createHmac } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const services = fileURLToPath(new URL("../../services/", import.meta.url));
const program = (name) => join(services, `LockNGen.${name}/bin/Release/net10.0/LockNGen.${name}.dll`);

const freePort = () =>
  new Promise((resolve, reject) => {
    const server = createServer();
    server.on("error", reject).listen(0, "127.0.0.1", () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });

function start(name, environment) {
  const log = [];
  const child = spawn("dotnet", [program(name)], { env: { ...process.env, Logging__LogLevel__Default: "Warning", ...environment } });
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding("utf8").on("data", (text) => log.push(text));
  child.ended = new Promise((resolve) => child.once("exit", resolve));
  child.log = () => log.join("");
  return child;
}

export async function until(what, check, seconds = 60) {
  const end = Date.now() + seconds * 1000;
  let last;
  do {
    try {
      const value = await check();
      if (value) return value;
    } catch (error) {
      last = error;
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  } while (Date.now() < end);
  throw new Error(`${what} did not come${last ? `: ${last.message}` : ""}`);
}

export class Farm {
  static async start({ instances = 2, step = 40, environment = {}, token } = {}) {
    const farm = new Farm();
    farm.token = token;
    farm.data = mkdtempSync(join(tmpdir(), "lockngen-doors-"));
    farm.simulators = [];
    for (let i = 0; i < instances; i++) {
      const url = `http://127.0.0.1:${await freePort()}`;
      farm.simulators.push({ url, process: start("ComfyUiSimulator", { ASPNETCORE_URLS: url, Simulator__StepMilliseconds: String(step), Simulator__PreviewSize: "96" }) });
    }
    farm.port = await freePort();
    farm.door = await freePort();
    farm.environment = {
      ASPNETCORE_URLS: `http://127.0.0.1:${farm.port}`,
      Standalone__DoorPort: String(farm.door),
      Standalone__Data: farm.data,
      ...Object.fromEntries(farm.simulators.flatMap((s, i) => [[`ComfyUi__Instances__${i}__Url`, s.url], [`ComfyUi__Instances__${i}__Name`, `gpu-${i + 1}`]])),
      ...environment,
    };
    await farm.run();
    return farm;
  }

  get url() {
    return `http://127.0.0.1:${this.door}`;
  }

  get host() {
    return `127.0.0.1:${this.door}`;
  }

  async run() {
    this.process = start("Standalone", this.environment);
    try {
      await until("the farm", async () => (await fetch(`http://127.0.0.1:${this.port}/health/ready`)).ok);
      const headers = this.token ? { Authorization: `Bearer ${this.token}` } : {};
      await until("the instances", async () => {
        const { instances } = await (await fetch(`http://127.0.0.1:${this.port}/api/instances`, { headers })).json();
        return instances?.filter((i) => i.state === "up").length === this.simulators.length && Object.keys(await this.get("/object_info", headers)).length > 0;
      });
    } catch (error) {
      throw new Error(`${error.message}\n${this.process.log()}`);
    }
  }

  async get(path, headers) {
    const response = await fetch(this.url + path, { headers });
    return response.json();
  }

  /** kill -9 of everything but the ComfyUIs, and a new start on the same data. */
  async restartDoor() {
    this.process.kill("SIGKILL");
    await this.process.ended;
    await this.run();
  }

  /** As if the process of a ComfyUI had been killed and started again. */
  restartComfyUi(index) {
    return fetch(`${this.simulators[index].url}/simulator/restart`, { method: "POST" });
  }

  async stop() {
    for (const child of [this.process, ...this.simulators.map((s) => s.process)]) child.kill("SIGKILL");
    await Promise.all([this.process, ...this.simulators.map((s) => s.process)].map((child) => child.ended));
    rmSync(this.data, { recursive: true, force: true });
  }
}

/** Of a farm that asks for tokens. */
export const signingKey = "a secret of the tests that is long enough";

/** A token that is good for an hour at such a farm. */
export function tokenOf(sub, scope) {
  const encode = (value) => Buffer.from(JSON.stringify(value)).toString("base64url");
  const now = Math.floor(Date.now() / 1000);
  const head = `${encode({ alg: "HS256", typ: "JWT" })}.${encode({ sub, scope, exp: now + 3600, iat: now })}`;
  return `${head}.${createHmac("sha256", signingKey).update(head).digest("base64url")}`;
}

/** The workflow that everybody begins with. */
export const workflow = ({ steps = 8, seed = 1, prefix = "ComfyUI", save = "SaveImage" } = {}) => ({
  3: {
    class_type: "KSampler",
    inputs: { cfg: 8, denoise: 1, latent_image: ["5", 0], model: ["4", 0], negative: ["7", 0], positive: ["6", 0], sampler_name: "euler", scheduler: "normal", seed, steps },
  },
  4: { class_type: "CheckpointLoaderSimple", inputs: { ckpt_name: "v1-5-pruned-emaonly.safetensors" } },
  5: { class_type: "EmptyLatentImage", inputs: { batch_size: 1, height: 128, width: 128 } },
  6: { class_type: "CLIPTextEncode", inputs: { clip: ["4", 1], text: "a lighthouse" } },
  7: { class_type: "CLIPTextEncode", inputs: { clip: ["4", 1], text: "blurry" } },
  8: { class_type: "VAEDecode", inputs: { samples: ["3", 0], vae: ["4", 2] } },
  9: { class_type: save, inputs: save === "SaveImage" ? { filename_prefix: prefix, images: ["8", 0] } : { images: ["8", 0] } },
});

export const isPng = (bytes) => Buffer.from(bytes).subarray(0, 8).equals(Buffer.from([0x89, 0x50, 0x4e, 0x47, 13, 10, 26, 10]));
