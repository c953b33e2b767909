// Says in one line what is at the address of a ComfyUI server: used by ./run before it starts. Arguments: the address, then headers as "Name: value".
import http from "node:http";
import https from "node:https";

const [address, ...headerLines] = process.argv.slice(2);
const url = new URL(address.trim().replace(/^ws/, "http"));
const headers = Object.fromEntries(headerLines.map((line) => [line.slice(0, line.indexOf(":")).trim(), line.slice(line.indexOf(":") + 1).trim()]));
const name = (key) => Object.keys(headers).find((header) => header.toLowerCase() === key);
if (url.username && !name("authorization")) {
  const user = `${decodeURIComponent(url.username)}:${decodeURIComponent(url.password)}`;
  headers.Authorization = `Basic ${Buffer.from(user).toString("base64")}`;
}
const base = url.pathname.replace(/\/+$/, "").replace(/\/ws$/, "");
const shown = `${url.protocol}//${url.host}${base}`;
const login = "give it with --header 'Name: value' or --user name:password after this --comfyui";

// Answers with status, type and body (at most 64 MB), or with what went wrong.
function ask(path, extra = {}, timeout = 4000) {
  return new Promise((resolve) => {
    const { request } = url.protocol === "https:" ? https : http;
    const query = url.search ? url.search + (extra.query ? `&${extra.query}` : "") : extra.query ? `?${extra.query}` : "";
    const sent = request(
      { host: url.hostname.replace(/^\[|\]$/g, ""), port: url.port || undefined, path: `${base}${path}${query}`, headers: { ...headers, ...extra.headers }, timeout },
      (answer) => {
        const chunks = [];
        let length = 0;
        answer.on("data", (chunk) => ((length += chunk.length) > 64 << 20 ? answer.destroy() : chunks.push(chunk)));
        answer.on("close", () => resolve({ status: answer.statusCode, type: answer.headers["content-type"] ?? "", body: Buffer.concat(chunks).toString() }));
      },
    );
    sent.on("upgrade", (_, socket) => (socket.destroy(), resolve({ status: 101 })));
    sent.on("timeout", () => sent.destroy(new Error("it does not answer")));
    sent.on("error", (error) => resolve({ error: error.message || error.code }));
    sent.end();
  });
}

const json = (answer) => {
  try {
    return answer.type.includes("json") ? JSON.parse(answer.body) : undefined;
  } catch {
    return undefined;
  }
};

const stats = await ask("/system_stats");
const system = json(stats)?.system;
if (stats.error) {
  console.log(`${shown} does not answer yet (${stats.error}). Start it (python main.py; with --listen if it runs on another machine). It is used as soon as it answers.`);
} else if (stats.status === 401 || stats.status === 403 || (stats.status >= 300 && stats.status < 400)) {
  console.log(`${shown} wants a login (it answered ${stats.status}): ${login}.`);
} else if (!system) {
  const what = stats.type.includes("html") ? "a page, perhaps a login or a proxy" : "something else";
  console.log(`${shown} does not answer as ComfyUI does, but with ${what} (${stats.status}). If it is a login, ${login}.`);
} else {
  const gpus = (json(stats).devices ?? []).map((device) => `${device.name} (${Math.round((device.vram_total ?? 0) / 2 ** 30)} GB)`);
  const catalog = json(await ask("/object_info", {}, 30000)) ?? {};
  const loader = catalog.CheckpointLoaderSimple?.input?.required?.ckpt_name;
  const models = Array.isArray(loader?.[0]) ? loader[0] : (loader?.[1]?.options ?? []);
  const socket = await ask("/ws", {
    query: "clientId=lockngen-probe",
    headers: { Connection: "Upgrade", Upgrade: "websocket", "Sec-WebSocket-Version": "13", "Sec-WebSocket-Key": "bG9ja25nZW4tcHJvYmUtMQ==" },
  });
  const live = socket.status === 101 ? "live progress works" : `no live progress: its WebSocket was answered ${socket.status ?? socket.error}`;
  console.log(`${shown}: ComfyUI ${system.comfyui_version ?? "(version unknown)"}, ${gpus.join(", ") || "no GPU told"}, ${models.length} checkpoints, ${Object.keys(catalog).length} node classes, ${live}.`);
}
