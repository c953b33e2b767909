import { createServer } from "node:net";
import { docker, eventually } from "./docker.mjs";

const files = ["--file", "docker-compose.yml", "--file", "tests/compose-smoke/smoke.yml"];

/** Ports of the loopback interface that nobody listens on now. They are chosen here, because a container that restarts must keep its port. */
async function freePorts(count) {
    const servers = await Promise.all(
        Array.from({ length: count }, () => new Promise((resolve) => {
            const server = createServer().listen(0, "127.0.0.1", () => resolve(server));
        })),
    );
    const ports = servers.map((server) => server.address().port);
    await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
    return ports;
}

/** The repository's docker-compose.yml as a project of its own, beside whatever else runs on this machine. */
export class Stack {
    #project = "lockngen-smoke";

    /** host:port of the edge. */
    edge;

    /** host:port of Prometheus. */
    prometheus;

    async up() {
        const [edge, management, prometheus] = (await freePorts(3)).map((port) => `127.0.0.1:${port}`);
        Object.assign(this, { edge, prometheus });
        Object.assign(process.env, {
            EDGE_ADDRESS: edge,
            RABBITMQ_MANAGEMENT_ADDRESS: management,
            PROMETHEUS_ADDRESS: prometheus,
            COMPOSE_PROFILES: "demo,observability",
            SIMULATOR_STEP_MILLISECONDS: "25",
            OTEL_EXPORTER_OTLP_ENDPOINT: "http://otlp-sink:4318",
        });
        await this.down();
        await this.compose("up", "--build", "--wait", "--detach", "--quiet-pull");
    }

    down = () => this.compose("--profile", "*", "down", "--volumes", "--remove-orphans");

    compose = (...args) => docker("compose", "--project-name", this.#project, ...files, ...args);

    /** Ids of the containers, all or of one service. */
    containers = async (...services) => (await this.compose("ps", "--all", "--quiet", ...services)).split("\n").filter(Boolean);

    logs = (service) => this.compose("logs", "--no-color", "--no-log-prefix", service);

    /** Waits until a container says that it is healthy. */
    healthy = (container) =>
        eventually(`${container} is healthy`, async () => (await docker("inspect", "--format", "{{.State.Health.Status}}", container)) === "healthy", 120);

    fetch = (path, init) => fetch(`http://${this.edge}${path}`, { signal: AbortSignal.timeout(30_000), ...init });
}
