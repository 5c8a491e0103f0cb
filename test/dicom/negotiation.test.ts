import { describe, expect, it } from 'vitest';
import type { AssociateRequest, RoleSelection } from '../../dicom/association/associate.ts';
import type { DicomService } from '../../dicom/association/service.ts';
import type { KnownCaller } from '../../dicom/caller-policy.ts';
import { negotiate } from '../../dicom/negotiation.ts';
import type { Negotiated, NegotiationPolicy } from '../../dicom/negotiation.ts';
import { createStorageScp } from '../../dicom/storage-scp.ts';
import type { StorageScpOptions } from '../../dicom/storage-scp.ts';
import { SOP_CLASSES } from '../../dicom/tables/sop-classes.ts';
import { TRANSFER_SYNTAXES } from '../../dicom/tables/transfer-syntaxes.ts';

const CT = '1.2.840.10008.5.1.4.1.1.2';
const FIND = '1.2.840.10008.5.1.4.1.2.2.1';
const VERIFICATION = '1.2.840.10008.1.1';

const service = (uid: string, changes: Partial<DicomService> = {}): DicomService => ({
  name: uid, transferSyntaxes: (asked) => (asked === uid ? new Set(['1.best', '1.good']) : undefined), commandFields: [1], open: () => { throw new TypeError('not opened here'); }, ...changes,
});
const policy: NegotiationPolicy = { aeTitle: 'US', alsoCalled: [], services: [service('1.1'), service('1.2', { choose: (proposed) => proposed.at(-1) ?? '', roles: () => ({ scuRole: true, scpRole: true }) })] };
const ask = (contexts: AssociateRequest['contexts'], roles: readonly RoleSelection[] = [], changes: Partial<AssociateRequest> = {}): AssociateRequest => ({
  protocolVersion: 1, calledAe: 'US', callingAe: 'THEM', applicationContext: '1.2.840.10008.3.1.1.1', contexts, user: { maxPduBytes: 0, implementationClassUid: '', implementationVersionName: '', roles }, ...changes,
});

describe('negotiation', () => {
  it('takes our best syntax, or lets the service choose', () => {
    const answer = negotiate(ask([{ id: 1, abstractSyntax: '1.1', transferSyntaxes: ['1.good', '1.best'] }, { id: 3, abstractSyntax: '1.2', transferSyntaxes: ['1.best', '1.good'] }]), policy);
    expect(answer).toMatchObject({ kind: 'accept', results: [{ id: 1, result: 0, transferSyntax: '1.best' }, { id: 3, result: 0, transferSyntax: '1.good' }], refused: [] });
  });

  it('refuses unknown abstract and transfer syntaxes with their own results', () => {
    const answer = negotiate(ask([{ id: 1, abstractSyntax: '9.9', transferSyntaxes: ['1.best'] }, { id: 3, abstractSyntax: '1.1', transferSyntaxes: ['9.9'] }, { id: 5, abstractSyntax: '1.1', transferSyntaxes: [] }]), policy);
    expect(answer).toMatchObject({ kind: 'accept', results: [{ id: 1, result: 3 }, { id: 3, result: 4 }, { id: 5, result: 4 }], refused: [{ abstractSyntax: '9.9', reason: 'abstract-syntax' }, { abstractSyntax: '1.1', reason: 'transfer-syntaxes' }, { abstractSyntax: '1.1', reason: 'transfer-syntaxes' }] });
  });

  it('grants roles only where asked and allowed', () => {
    const answer = negotiate(ask([], [{ sopClassUid: '1.1', scuRole: true, scpRole: true }, { sopClassUid: '1.2', scuRole: false, scpRole: true }, { sopClassUid: '9.9', scuRole: true, scpRole: true }]), policy);
    expect(answer).toMatchObject({ roles: [{ sopClassUid: '1.1', scuRole: true, scpRole: false }, { sopClassUid: '1.2', scuRole: false, scpRole: true }] });
  });

  it('answers further called AE titles, or all of them, when told so', () => {
    expect(negotiate(ask([], [], { calledAe: 'OLD' }), policy)).toMatchObject({ kind: 'reject', reason: 'called-ae' });
    expect(negotiate(ask([], [], { calledAe: 'OLD' }), { ...policy, alsoCalled: ['OLD'] })).toMatchObject({ kind: 'accept' });
    expect(negotiate(ask([], [], { calledAe: 'ANY' }), { ...policy, alsoCalled: ['*'] })).toMatchObject({ kind: 'accept' });
  });

  it('answers an unknown version or application context before it looks at titles', () => {
    expect(negotiate(ask([], [], { protocolVersion: 2, calledAe: 'OLD' }), policy)).toMatchObject({ kind: 'reject', rejection: { result: 1, source: 2, reason: 2 } });
    expect(negotiate(ask([], [], { applicationContext: '1.2', calledAe: 'OLD' }), policy)).toMatchObject({ kind: 'reject', rejection: { result: 1, source: 1, reason: 2 } });
  });
});

describe('callers', () => {
  const services = [service(CT), service(FIND), service(VERIFICATION)];
  const contexts = [CT, FIND, VERIFICATION].map((abstractSyntax, index) => ({ id: index * 2 + 1, abstractSyntax, transferSyntaxes: ['1.best'] }));
  const known = (changes: Partial<KnownCaller> = {}): NegotiationPolicy => ({ ...policy, services, callers: { known: new Map([['THEM', { services: new Set(['store'] as const), ...changes }]]), unknown: 'reject' } });
  const results = (answer: Negotiated): readonly number[] => (answer.kind === 'accept' ? answer.results.map(({ result }) => result) : []);

  it('that are unknown are rejected for good, or welcome to everything', () => {
    const strange: NegotiationPolicy = { ...policy, services, callers: { known: new Map(), unknown: 'reject' } };
    expect(negotiate(ask(contexts), strange)).toEqual({ kind: 'reject', reason: 'calling-ae', rejection: { result: 1, source: 1, reason: 3 } });
    expect(results(negotiate(ask(contexts), { ...strange, callers: { known: new Map(), unknown: 'accept' } }))).toEqual([0, 0, 0]);
  });

  it('get the services they are registered for and Verification; the others are refused by the user, not as unknown', () => {
    const answer = negotiate(ask([...contexts, { id: 7, abstractSyntax: '9.9', transferSyntaxes: ['1.best'] }]), known());
    expect(results(answer)).toEqual([0, 1, 0, 3]);
    expect(answer).toMatchObject({ refused: [{ abstractSyntax: FIND, reason: 'not-allowed' }, { abstractSyntax: '9.9', reason: 'abstract-syntax' }] });
    expect(results(negotiate(ask(contexts), known({ services: new Set() })))).toEqual([1, 1, 0]);
  });

  it('must call from their address where that is checked, in either writing of IPv4', () => {
    const fixed = known({ addresses: new Set(['10.0.0.7']) });
    expect(negotiate(ask(contexts), fixed, '10.0.0.8')).toEqual({ kind: 'reject', reason: 'caller-address', rejection: { result: 1, source: 1, reason: 3 } });
    expect(negotiate(ask(contexts), fixed, '10.0.0.7')).toMatchObject({ kind: 'accept' });
    expect(negotiate(ask(contexts), fixed, '::ffff:10.0.0.7')).toMatchObject({ kind: 'accept' });
  });

  it('that may retrieve but not store get storage contexts as SCP only', () => {
    const both = { ...known({ services: new Set(['retrieve'] as const) }), services: [service(CT, { roles: () => ({ scuRole: true, scpRole: true }) })] };
    const context = [{ id: 1, abstractSyntax: CT, transferSyntaxes: ['1.best'] }];
    const answer = negotiate(ask(context, [{ sopClassUid: CT, scuRole: true, scpRole: true }]), both);
    expect(answer).toMatchObject({ roles: [{ scuRole: false, scpRole: true }], results: [{ result: 0 }] });
    expect(answer.kind === 'accept' && answer.accepted.get(1)?.roles).toEqual({ scuRole: false, scpRole: true });
    expect(results(negotiate(ask(context), both))).toEqual([1]);
    const storer = { ...both, callers: { known: new Map([['THEM', { services: new Set(['store'] as const) }]]), unknown: 'reject' as const } };
    expect(negotiate(ask(context, [{ sopClassUid: CT, scuRole: true, scpRole: true }]), storer)).toMatchObject({ roles: [{ scuRole: true, scpRole: false }] });
  });
});

describe('SOP class extended negotiation', () => {
  const MOVE = '1.2.840.10008.5.1.4.1.2.2.2';
  const withAll: NegotiationPolicy = { ...policy, services: [service(FIND), service(MOVE), service(CT)] };
  const asking = (uids: readonly string[], extended: readonly (readonly [string, readonly number[]])[]): AssociateRequest => {
    const request = ask(uids.map((abstractSyntax, index) => ({ id: index * 2 + 1, abstractSyntax, transferSyntaxes: ['1.best'] })));
    return { ...request, user: { ...request.user, extended: extended.map(([sopClassUid, info]) => ({ sopClassUid, info: Buffer.from(info) })) } };
  };
  const answered = (answer: Negotiated): unknown => (answer.kind === 'accept' ? [answer.extended.map(({ info }) => [...info]), answer.flags] : answer);

  it('grants relational queries and combined date and time, never time zones or converted multi-frames', () => {
    expect(answered(negotiate(asking([FIND], [[FIND, [1, 1, 1, 1, 1]]]), withAll))).toEqual([[[1, 1, 0, 0, 0]], { relational: true, combinedDateTime: true, fuzzy: false }]);
    expect(answered(negotiate(asking([FIND], [[FIND, [1, 1, 1, 1, 1]]]), { ...withAll, extended: { fuzzy: true } }))).toEqual([[[1, 1, 1, 0, 0]], { relational: true, combinedDateTime: true, fuzzy: true }]);
    expect(answered(negotiate(asking([MOVE], [[MOVE, [1, 1]]]), withAll))).toEqual([[[1, 0]], { relational: true, combinedDateTime: false, fuzzy: false }]);
  });

  it('grants nothing that was not asked, in no more bytes, and nothing for classes without a context', () => {
    expect(answered(negotiate(asking([FIND], [[FIND, [0, 1]]]), withAll))).toEqual([[[0, 1]], { relational: false, combinedDateTime: true, fuzzy: false }]);
    expect(answered(negotiate(asking([CT], [[FIND, [1]]]), withAll))).toEqual([[], undefined]);
    expect(answered(negotiate(asking([FIND], []), withAll))).toEqual([[], undefined]);
  });

  it('says for storage that we keep everything and coerce nothing', () => {
    expect(answered(negotiate(asking([CT], [[CT, [0, 0, 0, 0, 0, 0]]]), withAll))).toEqual([[[2, 0, 1, 0, 0, 0]], undefined]);
  });
});

describe('the reference statement', () => {
  it('has every one of its 81 SOP classes accepted in every one of its 14 transfer syntaxes', () => {
    const storage = createStorageScp({ scope: 'reference' } as StorageScpOptions);
    const classes = SOP_CLASSES.filter((row) => row.inReference);
    const syntaxes = TRANSFER_SYNTAXES.filter((row) => row.inReference);
    expect([classes.length, syntaxes.length]).toEqual([81, 14]);
    let accepted = 0;
    for (const { uid: abstractSyntax } of classes) {
      // As on the wire: one context each, 128 at most on one association.
      const answer = negotiate(ask(syntaxes.map(({ uid }, index) => ({ id: index * 2 + 1, abstractSyntax, transferSyntaxes: [uid] }))), { ...policy, services: [storage] });
      if (answer.kind === 'accept') for (const [index, { uid }] of syntaxes.entries()) accepted += Number(answer.accepted.get(index * 2 + 1)?.transferSyntax === uid && answer.results[index]?.result === 0);
    }
    expect(accepted).toBe(81 * 14);
  });
});
