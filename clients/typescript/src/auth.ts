export interface AuthOptions {
  /**
   * Returns a bearer token; `refresh` is true after the server refused the last one. With it, sockets are opened with
   * one-time tickets, as browsers cannot set headers on them. Without it, the cookie of the session speaks.
   */
  getToken?: (context: { refresh: boolean }) => string | undefined | Promise<string | undefined>;
  /** Sent as `X-Session-Id`: who owns what is submitted where authentication is off. */
  sessionId?: string;
  /** Of fetch. Default `same-origin`; `include` for a cookie of another origin. */
  credentials?: RequestCredentials;
}

/** Puts the caller's identity into requests. */
export class Credentials {
  readonly #options: AuthOptions;
  #refresh = false;

  constructor(options: AuthOptions) {
    this.#options = options;
  }

  get usesTickets(): boolean {
    return this.#options.getToken !== undefined;
  }

  get sessionId(): string | undefined {
    return this.#options.sessionId;
  }

  get mode(): RequestCredentials {
    return this.#options.credentials ?? 'same-origin';
  }

  async headers(): Promise<Record<string, string>> {
    const { getToken, sessionId } = this.#options;
    const token = await getToken?.({ refresh: this.#refresh });
    this.#refresh = false;
    return {
      ...(token && { Authorization: `Bearer ${token}` }),
      ...(sessionId && { 'X-Session-Id': sessionId }),
    };
  }

  /** The server refused the token: the next request asks for a fresh one. */
  expire(): void {
    this.#refresh = true;
  }
}
