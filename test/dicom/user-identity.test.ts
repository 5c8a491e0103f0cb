import { describe, expect, it } from 'vitest';
import type { UserIdentity } from '../../dicom/association/user-information.ts';
import { createUserCheck, readUsers } from '../../dicom/user-identity.ts';
import type { IdentityMode } from '../../dicom/user-identity.ts';
import { checkPasscode, hashPasscode, isPasscodeHash } from '../../infra/passcode.ts';

const kept = await hashPasscode('schön geheim');
const users = readUsers([{ name: 'anna', passcode: kept }]);
const identity = (type: number, primary = 'anna', secondary = ''): UserIdentity => ({ type, isResponseRequested: true, primary: Buffer.from(primary), secondary: Buffer.from(secondary) });
const verdict = async (mode: IdentityMode, given: UserIdentity | undefined): Promise<string> => (await createUserCheck(mode, users).verdict(given)).kind;

describe('user identity', () => {
  it.each([
    ['nothing', undefined, ['none', 'none', 'refused']],
    ['a listed user name', identity(1), ['none', 'accepted', 'refused']],
    ['an unlisted user name', identity(1, 'eve'), ['none', 'none', 'refused']],
    ['the right passcode', identity(2, 'anna', 'schön geheim'), ['none', 'accepted', 'accepted']],
    ['a wrong passcode', identity(2, 'anna', 'guess'), ['none', 'refused', 'refused']],
    ['a passcode of nobody', identity(2, 'eve', 'schön geheim'), ['none', 'refused', 'refused']],
    ['a Kerberos ticket', identity(3), ['none', 'none', 'refused']],
    ['a SAML assertion', identity(4), ['none', 'none', 'refused']],
    ['a JSON web token', identity(5), ['none', 'none', 'refused']],
  ])('judges %s by the setting', async (_name, given, [ignore, accept, require]) => {
    expect([await verdict('ignore', given), await verdict('accept', given), await verdict('require', given)]).toEqual([ignore, accept, require]);
  });

  it('names the user it has accepted, without padding', async () => {
    expect(await createUserCheck('require', users).verdict(identity(2, 'anna\0', 'schön geheim'))).toEqual({ kind: 'accepted', user: 'anna' });
  });

  it('concerns only peers that it could judge', () => {
    expect((['ignore', 'accept', 'require'] as const).map((mode) => [createUserCheck(mode, users).concerns(undefined), createUserCheck(mode, users).concerns(identity(1))])).toEqual([[false, false], [false, true], [true, true]]);
  });

  it('refuses readable passcodes in the settings', () => {
    expect(() => readUsers([{ name: 'anna', passcode: 'secret' }, { name: 'ben' }])).toThrow(/CONFIG_INVALID.*anna.*ben/);
    expect(() => readUsers([{ name: 'anna', passcode: 'secret' }])).not.toThrow(/secret/);
  });

  it('keeps passcodes salted: the same one twice looks different, and both work', async () => {
    const again = await hashPasscode('schön geheim');
    expect(again).not.toBe(kept);
    expect([isPasscodeHash(again), await checkPasscode('schön geheim', again), await checkPasscode('schon geheim', again), await checkPasscode('x', 'scrypt$x')]).toEqual([true, true, false, false]);
  });
});
