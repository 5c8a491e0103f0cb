import { describe, expect, it } from 'vitest';
import type { AssociateRequest, RoleSelection } from '../../dicom/association/associate.ts';
import type { DicomService } from '../../dicom/association/service.ts';
import { negotiate } from '../../dicom/negotiation.ts';
import type { NegotiationPolicy } from '../../dicom/negotiation.ts';

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
});
