import { authenticated, checks } from "./checks.mjs";
import { Installation } from "./installation.mjs";

const CHECK_TIMEOUT_MS = 120_000;

/** Fails a check that waits for something that never comes. */
async function withinTime(check, installation) {
    let timer;
    const late = new Promise((_, reject) => {
        timer = setTimeout(() => reject(new Error(`no result within ${CHECK_TIMEOUT_MS / 1000} s`)), CHECK_TIMEOUT_MS);
    });
    try {
        return await Promise.race([check(installation), late]);
    } finally {
        clearTimeout(timer);
    }
}

const installation = new Installation(process.argv[2], process.env.CONFORMANCE_TOKEN);
const all = Object.entries(installation.token ? { ...checks, ...authenticated } : checks);
const count = { passed: 0, failed: 0, skipped: 0 };
const width = Math.max(...all.map(([name]) => name.length));
for (const [name, check] of all) {
    const started = performance.now();
    const [result, reason] = await withinTime(check, installation).then(
        () => ["passed", ""],
        (error) => ["failed", error.message.replaceAll(/\s+/g, " ")],
    );
    count[result]++;
    console.log(`| ${name.padEnd(width)} | ${result.padEnd(7)} | ${String(Math.round(performance.now() - started)).padStart(6)} ms |${reason && ` ${reason}`}`);
}

console.log(`${count.passed} passed, ${count.failed} failed, ${count.skipped} skipped`);
process.exit(count.failed === 0 ? 0 : 1);
