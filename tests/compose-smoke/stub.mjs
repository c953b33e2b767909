// Stands in for a service behind the edge: says who it is and what reached it. Runs inside a container; its name is the first argument.
import { createHash } from "node:crypto";
import { createServer } from "node:http";

const name = process.argv[2];
const server = createServer((request, response) => {
    if (request.headers["x-refuse"] === name) {
        response.writeHead(503).end();
        return;
    }
    if (request.url.startsWith("/api/sse/")) {
        // One event, and then the answer stays open.
        response.writeHead(200, { "content-type": "text/event-stream" });
        response.write("data: first\n\n");
        return;
    }
    response.writeHead(200, { "content-type": "application/json" });
    response.end(JSON.stringify({ name, url: request.url, headers: request.headers }));
});
server.on("upgrade", (request, socket) => {
    const accept = createHash("sha1").update(`${request.headers["sec-websocket-key"]}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest("base64");
    socket.write(`HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept}\r\n\r\n`);
    const text = Buffer.from(name);
    socket.write(Buffer.concat([Buffer.from([0x81, text.length]), text]));
});
server.listen(8080);
process.on("SIGTERM", () => process.exit(0));
