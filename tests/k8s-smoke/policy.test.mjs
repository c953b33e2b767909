// What must hold for every workload, whoever adds the next one.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { nameOf, ofKind, overlays, podLabels, podSpec, selects, workloads } from "./overlays.mjs";

const DRAIN_SECONDS = 10;
const HOST_STOP_SECONDS = 30;

for (const [overlay, objects] of Object.entries(overlays)) {
    describe(`Policy, ${overlay}`, () => {
        it("no container runs as root, writes its root file system, gains privileges or talks to the API server", () => {
            for (const workload of workloads(objects)) {
                const pod = podSpec(workload);
                assert.equal(pod.automountServiceAccountToken, false, nameOf(workload));
                assert.equal(pod.securityContext.runAsNonRoot, true, nameOf(workload));
                assert.ok(pod.securityContext.runAsUser > 0, nameOf(workload));
                assert.equal(pod.securityContext.seccompProfile.type, "RuntimeDefault", nameOf(workload));
                for (const { securityContext } of pod.containers) {
                    assert.deepEqual(
                        securityContext,
                        { allowPrivilegeEscalation: false, capabilities: { drop: ["ALL"] }, readOnlyRootFilesystem: true },
                        nameOf(workload),
                    );
                }
            }
        });

        it("every container has requests and a memory limit, and no CPU limit", () => {
            for (const workload of workloads(objects)) {
                for (const { resources } of podSpec(workload).containers) {
                    assert.ok(resources.requests.cpu && resources.requests.memory && resources.limits.memory, nameOf(workload));
                    assert.equal(resources.limits.cpu, undefined, nameOf(workload));
                }
            }
        });

        it("services are replaced without a moment of less, and get the time to drain", () => {
            for (const workload of workloads(objects).filter((w) => podLabels(w)["app.kubernetes.io/component"] === "service")) {
                if (workload.kind === "Deployment") assert.deepEqual(workload.spec.strategy, { rollingUpdate: { maxSurge: 1, maxUnavailable: 0 } }, nameOf(workload));
                assert.ok(workload.spec.replicas >= 2, nameOf(workload));
                assert.ok(ofKind(objects, "PodDisruptionBudget").some((b) => selects(b.spec.selector, podLabels(workload))), nameOf(workload));
                const [container] = podSpec(workload).containers;
                const [command, seconds] = container.lifecycle.preStop.exec.command;
                assert.equal(command, "sleep");
                assert.ok(podSpec(workload).terminationGracePeriodSeconds >= Number(seconds) + DRAIN_SECONDS + HOST_STOP_SECONDS, nameOf(workload));
            }
        });

        it("liveness never asks what a restart does not cure", () => {
            for (const workload of workloads(objects)) {
                for (const { livenessProbe } of podSpec(workload).containers) assert.notEqual(livenessProbe.httpGet?.path, "/health/ready", nameOf(workload));
            }
        });

        it("everything is denied by default, and only watchers reach ComfyUI", () => {
            const policies = ofKind(objects, "NetworkPolicy");
            const deny = policies.find((policy) => policy.metadata.name === "default-deny");
            assert.deepEqual(deny.spec, { podSelector: {}, policyTypes: ["Ingress", "Egress"] });

            const simulator = { "app.kubernetes.io/name": "comfyui-simulator" };
            const reachComfyUi = policies.filter((policy) =>
                (policy.spec.egress ?? []).some(
                    (rule) => rule.ports?.some(({ port }) => port === 8188) || rule.to?.some((peer) => peer.podSelector && selects(peer.podSelector, simulator)),
                ),
            );
            assert.deepEqual(reachComfyUi.map((policy) => policy.spec.podSelector), [{ matchLabels: { "app.kubernetes.io/name": "comfyui-watcher" } }]);
        });
    });
}
