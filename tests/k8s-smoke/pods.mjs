import { mkdirSync, writeFileSync, chmodSync } from "node:fs";
import { get as request } from "node:http";
import { dirname, join } from "node:path";
import { text } from "node:stream/consumers";
import { docker, eventually, published } from "../compose-smoke/docker.mjs";
import { containerPort, ofKind, podSpec } from "./overlays.mjs";

/** The data of a ConfigMap or Secret as strings. */
function dataOf(objects, kind, name) {
    const { data = {}, stringData = {} } = ofKind(objects, kind).find((object) => object.metadata.name === name);
    const decoded = kind === "Secret" ? Object.fromEntries(Object.entries(data).map(([key, value]) => [key, Buffer.from(value, "base64").toString()])) : data;
    return { ...decoded, ...stringData };
}

/**
 * One workload's pod as a container of the local engine: image, user, environment, mounts, read-only root and limits as rendered. Docker has
 * no Services, ConfigMaps or probes, so names are network aliases, config is files, and the probes are carried out here.
 */
export class Pod {
    #objects;
    #workload;
    #folder;

    constructor(objects, workload, folder) {
        this.#objects = objects;
        this.#workload = workload;
        this.#folder = join(folder, workload.metadata.name);
        this.name = workload.metadata.name;
        this.spec = podSpec(workload);
        [this.container] = this.spec.containers;
    }

    async start(network, overrides = {}) {
        this.id = `${network}-${this.name}`;
        const user = `${this.spec.securityContext.runAsUser}:${this.spec.securityContext.runAsGroup}`;
        const ports = (this.container.ports ?? []).flatMap((port) => ["--publish", `127.0.0.1::${port.containerPort}`]);
        const environment = { ...this.#environment(), ...overrides };
        await docker(
            "run", "--detach", "--name", this.id, "--hostname", this.name, "--network", network,
            "--network-alias", this.name, "--network-alias", `${this.name}.lockngen.svc.cluster.local`,
            "--user", user, "--read-only", "--cap-drop", "ALL", "--security-opt", "no-new-privileges:true",
            "--memory", `${bytes(this.container.resources.limits.memory)}`,
            ...ports,
            ...Object.entries(environment).flatMap(([key, value]) => ["--env", `${key}=${value}`]),
            ...(this.container.volumeMounts ?? []).flatMap((mount) => this.#mount(mount, user)),
            this.container.image,
        );
    }

    /** Carries a probe out once, as the kubelet would. */
    async probe({ httpGet, tcpSocket, exec }) {
        if (exec) return docker("exec", this.id, ...exec.command);
        const address = await published(this.id, containerPort(this.spec, (httpGet ?? tcpSocket).port));
        if (tcpSocket) return address;
        const { status, body } = await get(`http://${address}${httpGet.path}`);
        if (status >= 400) throw new Error(`${httpGet.path} answered ${status}: ${body}`);
        return status;
    }

    /** Waits like the kubelet: the startup probe until it passes, for no longer than it allows, then readiness. */
    async ready() {
        const { startupProbe, readinessProbe, livenessProbe } = this.container;
        const allowed = (startupProbe.periodSeconds ?? 10) * (startupProbe.failureThreshold ?? 3);
        await eventually(`the startup probe of ${this.name}`, () => this.probe(startupProbe), allowed);
        await eventually(`the readiness probe of ${this.name}`, () => this.probe(readinessProbe), 90);
        await this.probe(livenessProbe);
    }

    /** Stops it as a pod is stopped: preStop, SIGTERM, SIGKILL when the grace period is over. Returns the exit code. */
    async stop() {
        const begun = Date.now();
        const preStop = this.container.lifecycle?.preStop?.exec.command;
        if (preStop) await docker("exec", this.id, ...preStop);
        const left = (this.spec.terminationGracePeriodSeconds ?? 30) - Math.ceil((Date.now() - begun) / 1000);
        await docker("stop", "--time", `${left}`, this.id);
        return Number(await docker("inspect", "--format", "{{.State.ExitCode}}", this.id));
    }

    logs = () => docker("logs", this.id);

    remove = () => docker("rm", "--force", "--volumes", this.id);

    #environment() {
        const all = {};
        for (const { configMapRef, secretRef } of this.container.envFrom ?? []) {
            Object.assign(all, configMapRef ? dataOf(this.#objects, "ConfigMap", configMapRef.name) : dataOf(this.#objects, "Secret", secretRef.name));
        }
        for (const { name, value, valueFrom } of this.container.env ?? []) {
            if (valueFrom?.secretKeyRef) all[name] = dataOf(this.#objects, "Secret", valueFrom.secretKeyRef.name)[valueFrom.secretKeyRef.key];
            else if (valueFrom?.fieldRef) all[name] = this.name;
            else all[name] = value;
        }
        return all;
    }

    #mount({ name, mountPath, subPath }, user) {
        const volume = this.spec.volumes?.find((v) => v.name === name);
        const [uid, gid] = user.split(":");
        if (volume?.configMap) {
            const path = join(this.#folder, mountPath);
            mkdirSync(dirname(path), { recursive: true });
            writeFileSync(path, dataOf(this.#objects, "ConfigMap", volume.configMap.name)[subPath]);
            chmodSync(path, 0o444);
            return ["--volume", `${path}:${mountPath}:ro`];
        }
        // A claim outlives the container. A new volume takes over the owner of the image's folder, as fsGroup would give it to the pod.
        if (!volume?.emptyDir) return ["--volume", mountPath];
        return ["--tmpfs", `${mountPath}:uid=${uid},gid=${gid},mode=0770`];
    }
}

/**
 * Asks by a connection of its own, as the kubelet does. Not by fetch: that of Node 20 waits for ever on a connection that is closed without an
 * answer, which is what Docker does with one to a port that nobody listens on yet.
 */
const get = (url) =>
    new Promise((resolve, reject) => {
        const asked = request(url, { agent: false, timeout: 5000 }, (response) => {
            text(response).then((body) => resolve({ status: response.statusCode, body }), reject);
        });
        asked.on("timeout", () => asked.destroy(new Error(`No answer from ${url} in 5 s`)));
        asked.on("error", reject);
    });

function bytes(quantity) {
    const [, number, unit] = /^(\d+)(Ki|Mi|Gi)$/.exec(quantity);
    return Number(number) * 1024 ** (["Ki", "Mi", "Gi"].indexOf(unit) + 1);
}
