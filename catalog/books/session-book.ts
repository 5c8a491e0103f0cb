/** Login tokens and sessions of the page. */

export interface SessionBook {
  /** Tokens are stored as SHA-256 only. */
  addLoginToken(tokenSha256: string, expiresAt: Date): Promise<void>;
  /** True once for a valid token. */
  useLoginToken(tokenSha256: string, now: Date): Promise<boolean>;
  addSession(sessionSha256: string, who: string, expiresAt: Date): Promise<void>;
  session(sessionSha256: string, now: Date): Promise<{ readonly who: string } | undefined>;
  endSession(sessionSha256: string): Promise<void>;
}
