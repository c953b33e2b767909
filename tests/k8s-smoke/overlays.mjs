import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { parseAllDocuments } from "yaml";

const root = fileURLToPath(new URL("../..", import.meta.url));

/** Renders a kustomization and returns its objects. */
export function render(path) {
    const text = execFileSync("kubectl", ["kustomize", path], { cwd: root, encoding: "utf8", maxBuffer: 64 << 20 });
    return parseAllDocuments(text).map((document) => document.toJS());
}

/** Every kustomization that is meant to be applied. */
export const overlays = {
    dev: render("k8s/overlays/dev"),
    production: render("k8s/overlays/production"),
    "production with KEDA": render("tests/k8s-smoke/with-keda"),
};

export const nameOf = (object) => `${object.kind} ${object.metadata.name}`;

export const ofKind = (objects, ...kinds) => objects.filter((object) => kinds.includes(object.kind));

/** Deployments and stateful sets. */
export const workloads = (objects) => ofKind(objects, "Deployment", "StatefulSet");

export const podSpec = (workload) => workload.spec.template.spec;

export const podLabels = (workload) => workload.spec.template.metadata.labels;

/** Whether a label selector (matchLabels, matchExpressions with In) selects these labels. */
export function selects(selector, labels) {
    const equal = Object.entries(selector.matchLabels ?? {}).every(([key, value]) => labels[key] === value);
    const among = (selector.matchExpressions ?? []).every(({ key, operator, values }) => {
        if (operator !== "In") throw new Error(`The check does not know the operator ${operator}.`);
        return values.includes(labels[key]);
    });
    return equal && among;
}

/** The number of a container port given by name or number, or undefined. */
export function containerPort(pod, port) {
    if (typeof port === "number") return port;
    return pod.containers.flatMap((container) => container.ports ?? []).find((p) => p.name === port)?.containerPort;
}
