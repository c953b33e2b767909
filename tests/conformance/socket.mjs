const FRAME_TIMEOUT_MS = 60_000;

/** A WebSocket whose frames are awaited one after the other. */
export class Socket {
    #socket;
    #frames = [];
    #waiting = [];
    #ended;

    /** Resolves to { code, reason } when the connection has ended. */
    closed;

    static async open(url) {
        const socket = new Socket(url);
        await socket.#opened;
        return socket;
    }

    #opened;

    constructor(url) {
        this.#socket = new WebSocket(url);
        this.#socket.binaryType = "arraybuffer";
        this.#socket.onmessage = ({ data }) => {
            this.#frames.push(JSON.parse(data));
            this.#waiting.shift()?.resolve();
        };
        this.#opened = new Promise((resolve, reject) => {
            this.#socket.onopen = resolve;
            this.#socket.onerror = () => reject(new Error(`${url} does not open`));
        });
        this.closed = new Promise((resolve) => {
            this.#socket.onclose = ({ code, reason }) => {
                this.#ended = new Error(`the server closed the connection with ${code} ${reason}`);
                for (const { reject } of this.#waiting.splice(0)) reject(this.#ended);
                resolve({ code, reason });
            };
        });
    }

    send(frame) {
        this.#socket.send(typeof frame === "string" || frame instanceof ArrayBuffer ? frame : JSON.stringify(frame));
    }

    close() {
        this.#socket.close();
    }

    /** The next frame. */
    async next() {
        if (this.#frames.length === 0) await this.#arrival();
        return this.#frames.shift();
    }

    /** The next frame of a type; what comes before it is passed over. */
    async nextOf(type) {
        for (;;) {
            const frame = await this.next();
            if (frame.type === type) return frame;
        }
    }

    #arrival() {
        if (this.#ended) throw this.#ended;
        return new Promise((resolve, reject) => {
            const timer = setTimeout(() => reject(new Error(`no frame within ${FRAME_TIMEOUT_MS / 1000} s`)), FRAME_TIMEOUT_MS);
            const settled = (settle) => (value) => {
                clearTimeout(timer);
                settle(value);
            };
            this.#waiting.push({ resolve: settled(resolve), reject: settled(reject) });
        });
    }
}
