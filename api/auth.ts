/**
 * Who may use the API: the token of the file api-token, or the page's session got by a one-time login link.
 * A session changes nothing without the custom header that foreign pages cannot send.
 */
import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import type { NextFunction, Request, RequestHandler, Response } from 'express';
import type { SessionBook } from '../catalog/books/session-book.ts';
import { ApplianceError } from '../infra/errors.ts';

export const SESSION_COOKIE = 'spindle_session';
/** Sent by the page with every change; a foreign page cannot send it without CORS consent, which is never given. */
export const CHANGE_HEADER = 'x-spindle-page';
const SESSION_HOURS = 12;

export const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

const isSame = (a: string, b: string): boolean => timingSafeEqual(Buffer.from(sha256(a)), Buffer.from(sha256(b)));

const cookieOf = (request: Request): string =>
  (request.headers.cookie ?? '').split(';').map((part) => part.trim()).find((part) => part.startsWith(`${SESSION_COOKIE}=`))?.slice(SESSION_COOKIE.length + 1) ?? '';

export interface AuthDeps {
  readonly sessions: SessionBook;
  readonly token: string;
  readonly now: () => Date;
}

/** Puts the caller's name into `response.locals.who`. @throws API_UNAUTHENTICATED, API_FORBIDDEN */
export const authenticate = ({ sessions, token, now }: AuthDeps): RequestHandler => async (request: Request, response: Response, next: NextFunction): Promise<void> => {
  const bearer = /^Bearer (.+)$/i.exec(request.headers.authorization ?? '')?.[1];
  if (bearer !== undefined) {
    if (!isSame(bearer, token)) throw new ApplianceError('API_UNAUTHENTICATED', 'the token is not valid');
    response.locals['who'] = 'api-token';
    next();
    return;
  }
  const cookie = cookieOf(request);
  const session = cookie === '' ? undefined : await sessions.session(sha256(cookie), now());
  if (!session) throw new ApplianceError('API_UNAUTHENTICATED', 'no valid token or session');
  if (request.method !== 'GET' && request.method !== 'HEAD' && request.headers[CHANGE_HEADER] !== '1') throw new ApplianceError('API_FORBIDDEN', 'a change needs the page header');
  response.locals['who'] = session.who;
  next();
};

/** Turns a one-time login link into a session and leads to the page without the token in the address. */
export const login = ({ sessions, now }: AuthDeps): RequestHandler => async (request, response) => {
  const token = typeof request.query['token'] === 'string' ? request.query['token'] : '';
  if (token === '' || !await sessions.useLoginToken(sha256(token), now())) throw new ApplianceError('API_UNAUTHENTICATED', 'this login link was used or has expired');
  const session = randomBytes(32).toString('base64url');
  await sessions.addSession(sha256(session), 'page', new Date(now().getTime() + SESSION_HOURS * 3_600_000));
  response.set('cache-control', 'no-store').cookie(SESSION_COOKIE, session, { httpOnly: true, sameSite: 'strict', maxAge: SESSION_HOURS * 3_600_000, path: '/' });
  response.redirect(303, '/');
};

export const logout = ({ sessions }: AuthDeps): RequestHandler => async (request, response) => {
  const cookie = cookieOf(request);
  if (cookie !== '') await sessions.endSession(sha256(cookie));
  response.clearCookie(SESSION_COOKIE, { path: '/' }).status(204).end();
};
