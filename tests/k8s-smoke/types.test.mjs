// Every rendered object, checked as a TypeScript literal: a misspelt or misplaced field is an excess property, a missing one an error.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";
import { fileURLToPath } from "node:url";
import { nameOf, overlays, render } from "./overlays.mjs";

const folder = fileURLToPath(new URL(".", import.meta.url));
const modules = {
    v1: "kubernetes-types/core/v1",
    "apps/v1": "kubernetes-types/apps/v1",
    "autoscaling/v2": "kubernetes-types/autoscaling/v2",
    "networking.k8s.io/v1": "kubernetes-types/networking/v1",
    "policy/v1": "kubernetes-types/policy/v1",
    // As seen from the folder of the checked file.
    "rabbitmq.com/v1beta1": "../../rabbitmq-cluster",
};

/** The compiler's complaints about these objects, one string; empty when there are none. */
function check(objects) {
    const inside = mkdtempSync(join(folder, "node_modules", ".types-"));
    try {
        const lines = objects.map((object, i) => {
            const isKeda = object.apiVersion === "keda.sh/v1alpha1";
            const module = isKeda ? "@kubernetes-models/keda/keda.sh/v1alpha1/ScaledObject" : modules[object.apiVersion];
            assert.ok(module, `No types are known for ${object.apiVersion}`);
            const type = isKeda ? `I${object.kind}` : object.kind;
            return `// ${nameOf(object)}\nexport const o${i}: import("${module}").${type} = ${JSON.stringify(object, null, 1)};`;
        });
        writeFileSync(join(inside, "objects.ts"), lines.join("\n"));
        const options = ["--noEmit", "--strict", "--skipLibCheck", "--module", "esnext", "--moduleResolution", "bundler", "--types", "", join(inside, "objects.ts")];
        const { stdout, stderr } = spawnSync(process.execPath, [join(folder, "node_modules/typescript/bin/tsc"), ...options], { encoding: "utf8" });
        return stdout + stderr;
    } finally {
        rmSync(inside, { recursive: true });
    }
}

describe("Types", () => {
    const rendered = { ...overlays, "production with a RabbitMQ cluster": render("tests/k8s-smoke/with-rabbitmq-cluster") };
    for (const [overlay, objects] of Object.entries(rendered)) {
        it(`${overlay}: every object has the fields of its kind and no others`, () => {
            assert.equal(check(objects), "");
        });
    }

    it("the check notices a misspelt field", () => {
        const broken = structuredClone(overlays.dev.find((object) => object.kind === "Deployment"));
        broken.spec.template.spec.containers[0].readynessProbe = {};
        assert.match(check([broken]), /readynessProbe/);
    });
});
