import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer as createHttpServer } from 'node:http';
import { createServer } from 'node:net';
import type { AddressInfo, Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it, onTestFinished } from 'vitest';
import { decodeAssociateAccept } from '../../dicom/association/associate.ts';
import type { UserInformation } from '../../dicom/association/associate.ts';
import { COMMAND } from '../../dicom/association/command.ts';
import type { AssociationInfo, DicomService } from '../../dicom/association/service.ts';
import { EVENTS, STATES, step } from '../../dicom/association/state-machine.ts';
import type { State } from '../../dicom/association/state-machine.ts';
import { encodeFileMeta } from '../../dicom/data-set/part10.ts';
import { echoVerdict } from '../../dicom/echo-verdict.ts';
import { createUserCheck, readUsers } from '../../dicom/user-identity.ts';
import { hashPasscode } from '../../infra/passcode.ts';
import { needs, program, pythonWith } from '../fixtures/peers.ts';
import { CT, CT_CONTEXT, EXPLICIT, IMPLICIT, VERIFICATION, connectPeer, dataSet, request, startNode, storeRequest, until } from './association/harness.ts';
import type { TestNode, TestNodeOptions } from './association/harness.ts';

const run = promisify(execFile);
const FIND = '1.2.840.10008.5.1.4.1.2.2.1';

const startOwn = async (options: TestNodeOptions = {}): Promise<TestNode> => {
  const node = await startNode(options);
  onTestFinished(() => node.close());
  return node;
};

/** Answers every query with nothing, and remembers what it was told of the association. */
const queries = (seen: AssociationInfo[]): DicomService => ({
  name: 'query', commandFields: [COMMAND.findRequest], transferSyntaxes: (uid) => (uid === FIND ? new Set([EXPLICIT, IMPLICIT]) : undefined),
  open: (exchange) => ({ data: () => undefined, flush: () => undefined, abort: () => undefined, complete: async () => { seen.push(exchange.association); await exchange.respond({ status: 0 }); } }),
});

/** Asks for an association with this user information; answers that of the acceptance. */
const userAnswer = async (node: TestNode, user: Partial<UserInformation>): Promise<UserInformation> => {
  const peer = await connectPeer(node.node.port);
  peer.send(request([CT_CONTEXT], { user: { maxPduBytes: 16_384, implementationClassUid: '1.2.3', implementationVersionName: 'PEER', roles: [], ...user } }));
  const answer = await peer.next();
  peer.socket.destroy();
  if (answer === 'closed' || answer.type !== 2) throw new Error('not accepted');
  return decodeAssociateAccept(answer.body).user;
};

describe('user information', () => {
  it('answers a window of many operations with one, and says nothing of what was not asked', async () => {
    const node = await startOwn();
    expect(await userAnswer(node, { asyncWindow: { invoked: 8, performed: 0 } })).toMatchObject({ asyncWindow: { invoked: 1, performed: 1 } });
    expect(Object.keys(await userAnswer(node, {})).sort()).toEqual(['implementationClassUid', 'implementationVersionName', 'maxPduBytes', 'roles']);
  });

  it('announces the same receive length whatever the peer announces', async () => {
    const node = await startOwn({ node: { limits: { maxPduBytes: 131_072 } } });
    for (const maxPduBytes of [0, 4_096, 16_777_216]) expect(await userAnswer(node, { maxPduBytes })).toMatchObject({ maxPduBytes: 131_072 });
  });

  it('takes common extended negotiation and gives no answer to it', async () => {
    const node = await startOwn();
    expect(await userAnswer(node, { commonExtended: [{ sopClassUid: '1.2.3.4', serviceClassUid: '1.2.840.10008.4.2', relatedSopClassUids: [CT] }] })).not.toHaveProperty('commonExtended');
  });

  it('lets a peer that negotiated the SCP role alone send no requests', async () => {
    const node = await startOwn({ services: [{ name: 'both', commandFields: [COMMAND.storeRequest], transferSyntaxes: (uid) => (uid === CT ? new Set([EXPLICIT]) : undefined), roles: () => ({ scuRole: true, scpRole: true }), open: () => { throw new TypeError('must not be opened'); } }] });
    const peer = await connectPeer(node.node.port);
    peer.send(request([CT_CONTEXT], { user: { maxPduBytes: 16_384, implementationClassUid: '1.2.3', implementationVersionName: '', roles: [{ sopClassUid: CT, scuRole: false, scpRole: true }] } }));
    const answer = await peer.next();
    expect(answer !== 'closed' && decodeAssociateAccept(answer.body).user.roles).toEqual([{ sopClassUid: CT, scuRole: false, scpRole: true }]);
    peer.send(storeRequest('2.25.5', 1, { dataSetType: 0x0101 }));
    expect((await peer.response()).status).toBe(0x0211);
    peer.socket.destroy();
  });

  it('asks our own health check for no user, and lets it do nothing else', async () => {
    const users = createUserCheck('require', new Map());
    const node = await startOwn({ node: { users, callers: () => ({ known: new Map([['PEER', { services: new Set(), addresses: new Set(['127.0.0.1']), isOurselves: true }]]), unknown: 'accept' }) } });
    const peer = await connectPeer(node.node.port);
    peer.send(request([CT_CONTEXT, { id: 3, abstractSyntax: VERIFICATION, transferSyntaxes: [IMPLICIT] }]));
    const answer = await peer.next();
    expect(answer !== 'closed' && decodeAssociateAccept(answer.body).contexts.map(({ result }) => result)).toEqual([1, 0]);
    peer.socket.destroy();
    const other = await connectPeer(node.node.port);
    other.send(request([CT_CONTEXT], { callingAe: 'OTHER' }));
    expect(await other.next()).toEqual({ type: 3, body: Buffer.from([0, 1, 1, 1]) });
    other.socket.destroy();
  });

  it('survives a peer that goes while its passcode is being checked', async () => {
    let release = (): void => undefined;
    const node = await startOwn({ node: { users: { concerns: () => true, verdict: () => new Promise((resolve) => { release = () => resolve({ kind: 'accepted', user: 'anna' }); }) } } });
    const peer = await connectPeer(node.node.port);
    peer.send(request([CT_CONTEXT]));
    await until(() => node.node.counters().openAssociations === 1, 'the association');
    peer.socket.destroy();
    await until(() => node.summaries.length === 1, 'the end');
    release();
    expect(node.summaries[0]).toMatchObject({ outcome: 'lost' });
  });
});

describe.skipIf(!needs('pynetdicom'))('with pynetdicom', () => {
  const python = async (script: string): Promise<unknown> => JSON.parse((await run(pythonWith('pynetdicom') ?? '', ['-c', script], { timeout: 60_000 })).stdout) as unknown;
  const associate = (node: TestNode, items: string, then: string): Promise<unknown> => python(`
import json
from pydicom.dataset import Dataset
from pynetdicom import AE
from pynetdicom.pdu_primitives import *
ae = AE(ae_title='PYNET')
ae.add_requested_context('${CT}', '${EXPLICIT}')
ae.add_requested_context('${FIND}', '${EXPLICIT}')
items = []
${items}
assoc = ae.associate('127.0.0.1', ${node.node.port}, ae_title='SPINDLE', ext_neg=items)
out = {'established': assoc.is_established}
if assoc.is_rejected:
    primitive = assoc.acceptor.primitive
    out['rejected'] = [primitive.result, primitive.result_source, primitive.diagnostic]
else:
${then.split('\n').map((line) => `    ${line}`).join('\n')}
    assoc.release()
print(json.dumps(out))
`);
  const identity = (type: number, name: string, passcode: string): string => `
identity = UserIdentityNegotiation()
identity.user_identity_type = ${type}
identity.primary_field = b'${name}'
identity.secondary_field = b'${passcode}'
identity.positive_response_requested = True
items.append(identity)`;
  const SHOWS_ANSWER = `out['response'] = assoc.acceptor.user_identity is not None`;

  it('grants extended negotiation, and tells the service what was granted', async () => {
    const seen: AssociationInfo[] = [];
    const node = await startOwn({ services: [queries(seen)] });
    const answer = await associate(node, `
item = SOPClassExtendedNegotiation()
item.sop_class_uid = '${FIND}'
item.service_class_application_information = b'\\x01\\x01\\x01\\x00\\x01'
items.append(item)
common = SOPClassCommonExtendedNegotiation()
common.sop_class_uid = '${CT}'
common.service_class_uid = '1.2.840.10008.4.2'
items.append(common)`, `
query = Dataset()
query.QueryRetrieveLevel = 'STUDY'
out['statuses'] = [status.Status for status, _ in assoc.send_c_find(query, '${FIND}')]
out['granted'] = {uid: list(info) for uid, info in assoc.acceptor.sop_class_extended.items()}`);
    expect(answer).toEqual({ established: true, statuses: [0], granted: { [FIND]: [1, 1, 0, 0, 0] } });
    expect(seen).toMatchObject([{ extended: { relational: true, combinedDateTime: true, fuzzy: false } }]);
  });

  it('takes a user with passcode, and rejects a wrong passcode and none where one is required', async () => {
    const users = createUserCheck('require', readUsers([{ name: 'anna', passcode: await hashPasscode('open sesame') }]));
    const node = await startOwn({ node: { users } });
    expect(await associate(node, identity(2, 'anna', 'open sesame'), SHOWS_ANSWER)).toEqual({ established: true, response: true });
    const refusal = { established: false, rejected: [1, 1, 1] };
    // A busy pynetdicom may see the end of the connection before the rejection in front of it: asked again.
    const refused = async (items: string): Promise<unknown> => {
      let answer: unknown;
      for (let attempt = 0; attempt < 3 && JSON.stringify(answer) !== JSON.stringify(refusal); attempt += 1) answer = await associate(node, items, SHOWS_ANSWER);
      return answer;
    };
    for (const items of [identity(2, 'anna', 'guess'), identity(5, 'eyJhbGciOiJub25lIn0', ''), '']) expect(await refused(items)).toEqual(refusal);
    await until(() => node.summaries.length >= 4 && node.node.counters().openAssociations === 0, 'the associations to end');
    const [first, ...others] = node.summaries.map(({ outcome, user, reason }) => [outcome, user, reason]);
    expect(first).toEqual(['released', 'anna', '']);
    for (const other of others) expect(other).toEqual(['rejected', undefined, 'user-identity']);
  });

  it('gives no answer to identities that it ignores or cannot check', async () => {
    expect(await associate(await startOwn(), identity(2, 'anna', 'x'), SHOWS_ANSWER)).toEqual({ established: true, response: false });
    const lenient = await startOwn({ node: { users: createUserCheck('accept', new Map()) } });
    expect(await associate(lenient, identity(3, 'ticket', ''), SHOWS_ANSWER)).toEqual({ established: true, response: false });
  });

  it('refuses by the user what the caller is not registered for', async () => {
    const node = await startOwn({ services: [queries([])], node: { callers: () => ({ known: new Map([['PYNET', { services: new Set(['query'] as const) }]]), unknown: 'reject' }) } });
    expect(await associate(node, '', `out['results'] = [[str(cx.abstract_syntax), cx.result] for cx in assoc.accepted_contexts + assoc.rejected_contexts]`)).toEqual({ established: true, results: [[FIND, 0], [CT, 1]] });
  });

  it('has the same state machine', async () => {
    const theirs = await python(`
import json
from pynetdicom.fsm import TRANSITION_TABLE
print(json.dumps({f'{event} {state}': action for (event, state), action in TRANSITION_TABLE.items()}))`) as Readonly<Record<string, string>>;
    const ours = Object.fromEntries(EVENTS.flatMap((event, index) => Object.keys(STATES).flatMap((state) => {
      const transition = step(state as State, event, false);
      return transition === undefined ? [] : [[`Evt${index + 1} ${state}`, transition.action]];
    })));
    expect(Object.keys(theirs).length).toBeGreaterThan(100);
    expect(ours).toEqual(theirs);
  });
});

describe.skipIf(!needs('dcmtk'))('with DCMTK', () => {
  it('takes its user name and passcode', async () => {
    const node = await startOwn({ node: { users: createUserCheck('require', readUsers([{ name: 'anna', passcode: await hashPasscode('pw') }])) } });
    const folder = mkdtempSync(join(tmpdir(), 'identity-'));
    onTestFinished(() => { rmSync(folder, { recursive: true, force: true }); });
    const file = join(folder, 'one.dcm');
    writeFileSync(file, Buffer.concat([encodeFileMeta({ sopClassUid: CT, sopInstanceUid: '2.25.9', transferSyntaxUid: EXPLICIT }), dataSet('2.25.9')]));
    const send = (passcode: string): Promise<unknown> => run(program('storescu') ?? '', ['--user', 'anna', '--password', passcode, '--pos-response', '-aec', 'SPINDLE', '127.0.0.1', String(node.node.port), file], { timeout: 20_000 });
    await expect(send('no')).rejects.toMatchObject({ stderr: expect.stringMatching(/Rejected Permanent[\s\S]*No Reason/i) });
    await send('pw');
    expect(node.index.rows).toHaveLength(1);
  });
});

describe('an echo', () => {
  const ask = (port: number, changes: Partial<Parameters<typeof echoVerdict>[0]> = {}): ReturnType<typeof echoVerdict> =>
    echoVerdict({ host: '127.0.0.1', port, calledAe: 'SPINDLE', callingAe: 'ASKER', timeoutSeconds: 5, ...changes });
  const listenWith = async (server: Server): Promise<number> => {
    await new Promise<void>((resolve) => { server.listen(0, '127.0.0.1', resolve); });
    onTestFinished(() => void server.close());
    return (server.address() as AddressInfo).port;
  };

  it('says that the other AE answers', async () => {
    expect(await ask((await startOwn()).node.port)).toMatchObject({ verdict: 'answers', text: 'Answers.', code: null });
  });

  it('says which AE title is refused', async () => {
    const picky = await startOwn({ node: { callers: () => ({ known: new Map(), unknown: 'reject' }) } });
    expect(await ask(picky.node.port)).toMatchObject({ verdict: 'rejects-calling-ae', text: 'Connects, but rejects our AE title ASKER: it must be entered there.', code: 'ASSOCIATION_REJECTED' });
    expect(await ask(picky.node.port, { calledAe: 'OTHER' })).toMatchObject({ verdict: 'rejects-called-ae' });
    const busy = await startOwn({ node: { limits: { associations: 0 } } });
    expect(await ask(busy.node.port)).toMatchObject({ verdict: 'rejects', text: 'Connects, but takes no association just now.' });
  });

  it('says that no one listens, and that the host name is not known', async () => {
    expect(await ask(1)).toMatchObject({ verdict: 'no-listener', text: 'No one listens on 127.0.0.1:1.', code: 'ASSOCIATION_NO_LISTENER' });
    expect(await ask(104, { host: 'nobody.invalid' })).toMatchObject({ verdict: 'host-unknown', code: 'ASSOCIATION_HOST_UNKNOWN' });
  });

  it('says that what answers is not DICOM, hangs up, or keeps silent', async () => {
    expect(await ask(await listenWith(createHttpServer()))).toMatchObject({ verdict: 'not-dicom', code: 'ASSOCIATION_PROTOCOL' });
    expect(await ask(await listenWith(createServer((socket) => socket.end())))).toMatchObject({ verdict: 'closes', code: 'ASSOCIATION_ABORTED' });
    expect(await ask(await listenWith(createServer((socket) => void socket.on('error', () => undefined))), { timeoutSeconds: 0.2 })).toMatchObject({ verdict: 'time-out', code: 'ASSOCIATION_TIMED_OUT' });
  });

  it('says that TLS could not be agreed with a port that is plain', async () => {
    expect(await ask((await startOwn()).node.port, { tls: { checksName: true } })).toMatchObject({ verdict: 'tls-failed', code: 'ASSOCIATION_TLS_FAILED' });
  });
});
