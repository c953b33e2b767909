import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const run = promisify(execFile);

/** The repository's root. */
export const root = fileURLToPath(new URL("../..", import.meta.url));

/** Runs docker in the repository's root and returns what it printed. */
export async function docker(...args) {
    const { stdout } = await run("docker", args, { cwd: root, maxBuffer: 256 << 20 });
    return stdout.trim();
}

/** The loopback address that a container's port is published at, as host:port. */
export const published = async (container, port = 8080) => (await docker("port", container, `${port}/tcp`)).split("\n")[0];

/**
 * Repeats a question until its answer is truthy; returns the answer. For states that nothing announces: containers that start, names that
 * resolve. Whatever it throws meanwhile counts as "not yet", and is the cause of the error when time is up.
 */
export async function eventually(what, ask, seconds = 60) {
    const end = Date.now() + seconds * 1000;
    let cause;
    while (Date.now() < end) {
        let timer;
        // fetch may never settle when a container's port closes under it, and its own time limit keeps no process alive.
        const limit = new Promise((_, reject) => { timer = setTimeout(() => reject(new Error("no answer within 60 s")), 60_000); });
        try {
            const answer = await Promise.race([ask(), limit]);
            if (answer) return answer;
            cause = undefined;
        } catch (error) {
            cause = error;
        } finally {
            clearTimeout(timer);
        }
        await new Promise((resolve) => setTimeout(resolve, 200));
    }
    throw new Error(`Not within ${seconds} s: ${what}`, { cause });
}
