/**
 * Who the user behind an association is: checks the identity that a peer gives against our list of users.
 * User names with passcode are proof; names alone are taken only where no proof is required; tickets, assertions and tokens cannot be checked here.
 */
import { ApplianceError } from '../infra/errors.ts';
import { checkPasscode, isPasscodeHash } from '../infra/passcode.ts';
import type { Entry } from '../infra/settings.ts';
import type { UserIdentity } from './association/user-information.ts';

/** 'none': nothing was given, or nothing that we can judge; the peer gets no answer about it. */
export type IdentityVerdict = { readonly kind: 'none' } | { readonly kind: 'refused' } | { readonly kind: 'accepted'; readonly user: string };

export type IdentityMode = 'ignore' | 'accept' | 'require';

/** Names of the identity types. @source PS3.7 D.3.3.7 */
const TYPE = { userName: 1, userNameAndPasscode: 2 } as const;

export interface UserCheck {
  /** True when this peer's answer needs the check. */
  concerns(identity: UserIdentity | undefined): boolean;
  verdict(identity: UserIdentity | undefined): Promise<IdentityVerdict>;
}

/** Takes setting `users`. @throws {ApplianceError} CONFIG_INVALID naming every entry whose passcode is not a hash */
export const readUsers = (entries: readonly Entry[]): ReadonlyMap<string, string> => {
  const users = new Map(entries.map(({ name, passcode }): [string, string] => [name, typeof passcode === 'string' ? passcode : '']));
  const mistakes = [...users].filter(([, passcode]) => !isPasscodeHash(passcode)).map(([name]) => `users: the passcode of ${name} is not one that "npm run passcode" printed`);
  if (mistakes.length > 0) throw new ApplianceError('CONFIG_INVALID', mistakes.join('; '), { details: { mistakes } });
  return users;
};

/** Stretched in place of the passcode of a user that does not exist, so that the time does not tell which names do. */
const NOBODY = `scrypt$16384$8$1$${'A'.repeat(22)}$${'A'.repeat(43)}`;

/**
 * Makes the check. Passcodes are stretched one after the other, so that many callers cost one core at most.
 * @source PS3.7 D.3.3.7
 */
export const createUserCheck = (mode: IdentityMode, users: ReadonlyMap<string, string>): UserCheck => {
  let queue: Promise<unknown> = Promise.resolve();
  const isProven = (name: string, passcode: Buffer): Promise<boolean> => {
    const check = queue.then(async () => await checkPasscode(passcode, users.get(name) ?? NOBODY) && users.has(name));
    queue = check.catch(() => undefined);
    return check;
  };
  const otherwise: IdentityVerdict = mode === 'require' ? { kind: 'refused' } : { kind: 'none' };
  return {
    concerns: (identity) => mode === 'require' || (mode === 'accept' && identity !== undefined),
    async verdict(identity) {
      if (mode === 'ignore' || identity === undefined) return otherwise;
      const user = identity.primary.toString('utf8').replace(/[\0 ]+$/, '');
      if (identity.type === TYPE.userNameAndPasscode) return await isProven(user, identity.secondary) ? { kind: 'accepted', user } : { kind: 'refused' };
      if (identity.type === TYPE.userName && mode === 'accept' && users.has(user)) return { kind: 'accepted', user };
      return otherwise;
    },
  };
};
