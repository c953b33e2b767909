import { getSessionId } from '@lockngen/client';

/** operator: sees all pictures and the instances. public: sees only its own pictures. */
export type View = 'operator' | 'public';

const userNameKey = 'lockngen:user-name';
const tokenKey = 'lockngen:token';

export interface Identity {
  readonly view: View;
  /** Identifies this browser; without authentication, the owner of what it submits from the public view. */
  readonly sessionId: string;
}

export function identify(path: string, storage: Storage): Identity {
  return { view: viewOf(path), sessionId: getSessionId(storage) };
}

export function viewOf(path: string): View {
  return path === '/public' || path.startsWith('/public/') ? 'public' : 'operator';
}

export function readUserName(storage: Storage): string {
  return storage.getItem(userNameKey) ?? '';
}

export function keepUserName(storage: Storage, name: string): void {
  storage.setItem(userNameKey, name.trim());
}

/** Kept until the tab is closed: the cookie for which it is exchanged is valid as long as the token. */
export function readToken(storage: Storage): string | undefined {
  return storage.getItem(tokenKey) ?? undefined;
}

export function keepToken(storage: Storage, token: string | undefined): void {
  if (token) {
    storage.setItem(tokenKey, token);
  } else {
    storage.removeItem(tokenKey);
  }
}
