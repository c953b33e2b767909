// Says in one line what is at the address of a ComfyUI server: used by ./run before it starts. Arguments: the address, then headers as "Name: value".
import http from "node:http";
import https from "node:https";
import { brotliDecompressSync, gunzipSync, inflateSync } from "node:zlib";

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

function textOf(answer, chunks) {
  const body = Buffer.concat(chunks);
  const packed = { gzip: gunzipSync, deflate: inflateSync, br: brotliDecompressSync }[answer.headers["content-encoding"]];
  try {
    return (packed ? packed(body) : body).toString();
  } catch {
    return "";
  }
}

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
        answer.on("close", () =>
          resolve({ status: answer.statusCode, location: answer.headers.location, type: answer.headers["content-type"] ?? "", body: textOf(answer, chunks) }),
        );
      },
    );
    // ComfyUI greets at once with a text (1); who closes instead (8) says why in two bytes.
    sent.on("upgrade", (_, socket, head) => {
      const judge = (bytes) => {
        socket.destroy();
        resolve({ status: 101, problem: !bytes ? "opened and stays silent" : (bytes[0] & 15) === 8 ? `closed at once (${bytes.length > 3 ? bytes.readUInt16BE(2) : 1005})` : undefined });
      };
      socket.on("error", () => judge());
      socket.setTimeout(timeout, () => judge());
      if (head.length) judge(head);
      else socket.once("data", judge);
    });
    sent.on("timeout", () => sent.destroy(new Error("it does not answer")));
    sent.on("error", (error) => resolve({ error: error.message || error.code, code: error.code ?? "" }));
    sent.end();
  });
}

const json = (answer) => {
  try {
    return JSON.parse(
      answer.body.replace(/^\uFEFF/, "").replace(/(?<=[:[,]\s*)(-?Infinity|NaN)(?=\s*[,}\]])/g, "null"),
    );
  } catch {
    return undefined;
  }
};

const stats = await ask("/system_stats");
const system = json(stats)?.system;
// A server that has moved sends to its own page at another address; a login sends to a page of its own.
const target = stats.location && new URL(stats.location, `${shown}/system_stats`);
const moved =
  target &&
  (stats.status === 301 || stats.status === 308 || target.hostname === url.hostname || target.pathname.endsWith("/system_stats")) &&
  !/log-?in|sign-?in|auth|sso|account/i.test(target.host + target.pathname)
    ? `${target.origin}${target.pathname.replace(/\/system_stats\/?$/, "")}`
    : undefined;
if (stats.error && /CERT|SELF_SIGNED|UNABLE_TO|ALTNAME/.test(stats.code)) {
  console.log(`${shown} has a certificate that is not trusted (${stats.error}). Set ComfyUi__Instances__N__CaFile to the PEM file of its CA, or ComfyUi__Instances__N__SkipCertificateCheck=true; N counts the servers from 0.`);
} else if (stats.error && /EPROTO|SSL/.test(stats.code + stats.error)) {
  console.log(`${shown} does not speak TLS: try ${shown.replace("https:", "http:")}.`);
} else if (moved) {
  console.log(`${shown} sends to ${moved} (${stats.status}). Redirects are not followed: give that address with --comfyui.`);
} else if (stats.error) {
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
  const problem = socket.status === 101 ? socket.problem : `answered ${socket.status ?? socket.error}`;
  const live = problem ? `no live progress: its WebSocket was ${problem}` : "live progress works";
  console.log(`${shown}: ComfyUI ${system.comfyui_version ?? "(version unknown)"}, ${gpus.join(", ") || "no GPU told"}, ${models.length} checkpoints, ${Object.keys(catalog).length} node classes, ${live}.`);
}
