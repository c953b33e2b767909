// What one object says about another is true: names, keys, ports and labels resolve within the same overlay.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { containerPort, nameOf, ofKind, overlays, podLabels, podSpec, selects, workloads } from "./overlays.mjs";

/** Secrets that an operator's secret store brings, with the keys they must have. */
const external = { lockngen: { "lockngen-connections": ["rabbitmq", "postgres"] } };

function keysOf(objects, kind, name) {
    const object = ofKind(objects, kind).find((o) => o.metadata.name === name);
    if (object) return Object.keys({ ...object.data, ...object.stringData });
    return kind === "Secret" ? external.lockngen[name] : undefined;
}

/** [kind, name, key?] of every ConfigMap, Secret, claim and account that a pod names. */
function* podReferences(pod) {
    if (pod.serviceAccountName) yield ["ServiceAccount", pod.serviceAccountName];
    for (const volume of pod.volumes ?? []) {
        if (volume.configMap) yield ["ConfigMap", volume.configMap.name];
        if (volume.secret) yield ["Secret", volume.secret.secretName];
        if (volume.persistentVolumeClaim) yield ["PersistentVolumeClaim", volume.persistentVolumeClaim.claimName];
    }
    for (const container of pod.containers) {
        for (const { configMapRef, secretRef } of container.envFrom ?? []) {
            if (configMapRef) yield ["ConfigMap", configMapRef.name];
            if (secretRef) yield ["Secret", secretRef.name];
        }
        for (const { valueFrom } of container.env ?? []) {
            if (valueFrom?.configMapKeyRef) yield ["ConfigMap", valueFrom.configMapKeyRef.name, valueFrom.configMapKeyRef.key];
            if (valueFrom?.secretKeyRef) yield ["Secret", valueFrom.secretKeyRef.name, valueFrom.secretKeyRef.key];
        }
    }
}

for (const [overlay, objects] of Object.entries(overlays)) {
    const pods = workloads(objects);
    const find = (kind, name) => ofKind(objects, kind).find((object) => object.metadata.name === name);

    describe(`References, ${overlay}`, () => {
        it("no object is there twice, and all are in the namespace", () => {
            const names = objects.map(nameOf);
            assert.deepEqual(names, [...new Set(names)]);
            for (const object of objects.filter((o) => o.kind !== "Namespace")) assert.equal(object.metadata.namespace, "lockngen", nameOf(object));
        });

        it("pods name config, secrets, claims and accounts that exist, with their keys", () => {
            for (const workload of pods) {
                for (const [kind, name, key] of podReferences(podSpec(workload))) {
                    if (kind === "ConfigMap" || kind === "Secret") {
                        const keys = keysOf(objects, kind, name);
                        assert.ok(keys, `${nameOf(workload)}: there is no ${kind} ${name}`);
                        if (key) assert.ok(keys.includes(key), `${nameOf(workload)}: ${kind} ${name} has no key ${key}`);
                    } else {
                        assert.ok(find(kind, name), `${nameOf(workload)}: there is no ${kind} ${name}`);
                    }
                }
            }
        });

        it("mounts name volumes, and files in them that exist", () => {
            for (const workload of pods) {
                const pod = podSpec(workload);
                const volumes = new Map((pod.volumes ?? []).map((volume) => [volume.name, volume]));
                const claims = new Set((workload.spec.volumeClaimTemplates ?? []).map((claim) => claim.metadata.name));
                for (const mount of pod.containers.flatMap((container) => container.volumeMounts ?? [])) {
                    assert.ok(volumes.has(mount.name) || claims.has(mount.name), `${nameOf(workload)}: no volume ${mount.name}`);
                    const config = volumes.get(mount.name)?.configMap;
                    if (mount.subPath && config) assert.ok(keysOf(objects, "ConfigMap", config.name).includes(mount.subPath), `${nameOf(workload)}: ${mount.subPath}`);
                }
            }
        });

        it("workloads select their own pods, services select pods and ports that exist", () => {
            for (const workload of pods) {
                assert.ok(selects(workload.spec.selector, podLabels(workload)), nameOf(workload));
                if (workload.kind === "StatefulSet") assert.ok(find("Service", workload.spec.serviceName), `${nameOf(workload)}: ${workload.spec.serviceName}`);
            }
            for (const service of ofKind(objects, "Service")) {
                const targets = pods.filter((workload) => selects({ matchLabels: service.spec.selector }, podLabels(workload)));
                assert.equal(targets.length, 1, `${nameOf(service)} selects ${targets.map(nameOf)}`);
                for (const port of service.spec.ports) assert.ok(containerPort(podSpec(targets[0]), port.targetPort), `${nameOf(service)}: ${port.targetPort}`);
            }
        });

        it("probes name ports of their container", () => {
            for (const workload of pods) {
                const pod = podSpec(workload);
                for (const container of pod.containers) {
                    for (const probe of [container.startupProbe, container.livenessProbe, container.readinessProbe]) {
                        assert.ok(probe, `${nameOf(workload)} lacks a probe`);
                        const port = probe.httpGet?.port ?? probe.tcpSocket?.port;
                        if (port) assert.ok(containerPort(pod, port), `${nameOf(workload)}: ${port}`);
                    }
                }
            }
        });

        it("disruption budgets, autoscalers and network policies select workloads", () => {
            for (const budget of ofKind(objects, "PodDisruptionBudget")) {
                assert.ok(pods.some((workload) => selects(budget.spec.selector, podLabels(workload))), nameOf(budget));
            }
            for (const scaler of ofKind(objects, "HorizontalPodAutoscaler", "ScaledObject")) {
                const { kind = "Deployment", name } = scaler.spec.scaleTargetRef;
                assert.ok(find(kind, name), nameOf(scaler));
            }
            const scaled = ofKind(objects, "HorizontalPodAutoscaler", "ScaledObject").map((scaler) => scaler.spec.scaleTargetRef.name);
            assert.deepEqual(scaled, ["realtime-gateway"], "exactly one autoscaler for the gateways");
            for (const policy of ofKind(objects, "NetworkPolicy")) {
                const own = pods.filter((workload) => selects(policy.spec.podSelector, podLabels(workload)));
                assert.ok(own.length > 0, `${nameOf(policy)} selects nothing`);
                for (const rule of policy.spec.ingress ?? []) {
                    for (const { port } of rule.ports ?? []) for (const workload of own) assert.ok(containerPort(podSpec(workload), port), `${nameOf(policy)}: ${port} of ${nameOf(workload)}`);
                }
                for (const rule of policy.spec.egress ?? []) {
                    for (const { podSelector } of (rule.to ?? []).filter((peer) => peer.podSelector)) {
                        const peers = pods.filter((workload) => selects(podSelector, podLabels(workload)));
                        assert.ok(peers.length > 0, `${nameOf(policy)} lets out to nothing`);
                        for (const { port } of rule.ports ?? []) for (const peer of peers) assert.ok(containerPort(podSpec(peer), port), `${nameOf(policy)}: ${port} of ${nameOf(peer)}`);
                    }
                }
            }
        });

        it("the ingress leads to a service port", () => {
            for (const { service } of ofKind(objects, "Ingress").flatMap((i) => i.spec.rules).flatMap((r) => r.http.paths).map((p) => p.backend)) {
                assert.ok(find("Service", service.name)?.spec.ports.some((port) => port.name === service.port.name), service.name);
            }
        });
    });
}
