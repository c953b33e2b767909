export interface AuthOptions {
  /**
   * Returns a bearer token; `refresh` is true after the server refused the last one. With it, sockets are opened with
   * one-time tickets, because browsers cannot set headers on them. Without it, the session cookie identifies the caller.
   */
  getToken?: (context: { refresh: boolean }) => string | undefined | Promise<string | undefined>;
  /** Sent as `X-Session-Id`: the owner of submissions while authentication is off. */
  sessionId?: string;
  /** The option of fetch. Default `same-origin`; `include` for a cookie of another origin. */
  credentials?: RequestCredentials;
}

/** Adds the caller's identity to requests. */
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

  /** The server refused the token: the next request requests a new one. */
  expire(): void {
    this.#refresh = true;
  }
}
