import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readFileMeta } from '../../dicom/data-set/part10.ts';
import { openImage, readIsoVolume, SECTOR } from '../../disc/reader/iso9660-reader.ts';
import { findPeer } from '../dicom/query/find-peer.ts';
import { uid } from '../fixtures/make-instance.ts';
import { needs, program } from '../fixtures/peers.ts';
import { TestAppliance, until } from './appliance.ts';
import type { Disc, Order, Study } from './appliance.ts';
import { makeStudyFiles } from './study-files.ts';
import type { MadeFile } from './study-files.ts';

const PLANTED = 'Xylophonius';

describe.skipIf(!needs('temporal') || !needs('postgres'))('a study on its way to a disc', () => {
  const scratch = mkdtempSync(join(tmpdir(), 'spindle-walk-'));
  let appliance: TestAppliance;
  beforeAll(async () => { appliance = await TestAppliance.start(); }, 180_000);
  afterAll(async () => { await appliance.destroy(); rmSync(scratch, { recursive: true, force: true }); });

  const send = async (files: readonly MadeFile[], callingAe?: string): Promise<void> => {
    const sent = await appliance.send(files.map(({ file }) => file), callingAe);
    expect(sent.map((one) => one.outcome)).toEqual(files.map(() => 'stored'));
  };
  const studyOf = (seed: string): Promise<Study> => until('the study in the catalog', 10_000, async () => (await appliance.studies()).find((study) => study.studyInstanceUid === uid(`${seed} study`)));
  const ordersOf = async (study: Study): Promise<readonly Order[]> => {
    const all = await appliance.orders();
    const details = await Promise.all(all.map((order) => appliance.get<{ order: Order; studies: { studyId: number }[] }>(`/orders/${order.orderId}`)));
    return details.filter((detail) => detail.studies.some(({ studyId }) => studyId === study.studyId)).map(({ order }) => order);
  };
  const discsOf = async (study: Study): Promise<readonly Disc[]> => (await appliance.get<{ discs: Disc[] }>(`/discs?studyId=${study.studyId}&limit=50`)).discs;
  const discOf = (study: Study, count = 1): Promise<readonly Disc[]> => until(`${count} discs of the study`, 60_000, async () => { const discs = await discsOf(study); return discs.length >= count && discs; });

  /** Data set bytes by SOP Instance UID, read from a disc image. */
  const dataSetsOn = (disc: Disc): Map<string, Buffer> => {
    const image = openImage(join(appliance.discFolder(disc), 'disc.iso'));
    try {
      return new Map(readIsoVolume(image).primary.filter((entry) => !entry.isDirectory && entry.path.startsWith('DICOM/')).map((entry) => {
        const bytes = image.read(entry.sector * SECTOR, entry.bytes);
        const meta = readFileMeta(bytes);
        return [meta.sopInstanceUid, bytes.subarray(meta.dataSetOffset)];
      }));
    } finally { image.close(); }
  };

  it('becomes one verified, labelled, logged disc that holds the bytes as received', async () => {
    const files = [...makeStudyFiles(scratch, 'walk', 5), ...makeStudyFiles(scratch, 'walk', 1, { kind: 'sr', seriesInstanceUid: uid('walk sr') }, 100), ...makeStudyFiles(scratch, 'walk', 1, { kind: 'us-colour', seriesInstanceUid: uid('walk us') }, 200)];
    await send(files);
    const study = await studyOf('walk');
    const [disc] = await discOf(study);
    expect(disc).toMatchObject({ state: 'READY', copy: 1, isSupplement: false });
    const held = dataSetsOn(disc!);
    expect([...held.keys()].sort()).toEqual(files.map(({ made }) => made.sopInstanceUid).sort());
    for (const { made } of files) expect(held.get(made.sopInstanceUid)?.equals(made.dataSet)).toBe(true);
    const [order] = await ordersOf(study);
    await until('the order to be done', 20_000, async () => (await ordersOf(study))[0]?.state === 'DONE');
    expect(order?.source).toBe('rule');
    const label = readFileSync(join(appliance.discFolder(disc!), 'label.png'));
    expect(label.subarray(1, 4).toString()).toBe('PNG');
    expect(createHash('sha256').update(readFileSync(join(appliance.home, 'labels', `${disc!.serial}.png`))).digest('hex')).toBe(createHash('sha256').update(label).digest('hex'));
    // What was prepared goes once the order is done.
    await expect.poll(() => readdirSync(join(appliance.home, 'spool')), { timeout: 30_000 }).toEqual([]);
  });

  it('is found by a query, which names the disc', async () => {
    const [disc] = await discOf(await studyOf('walk'));
    const caller = await findPeer(appliance.dicomPort);
    caller.ask({ QueryRetrieveLevel: 'STUDY', StudyInstanceUID: uid('walk study'), ModalitiesInStudy: '', NumberOfStudyRelatedInstances: '', StorageMediaFileSetID: '' });
    const { final, matches } = await caller.answers();
    caller.peer.socket.destroy();
    expect(final.status).toBe(0);
    expect(matches.map((match) => match.identifier)).toEqual([expect.objectContaining({
      ModalitiesInStudy: 'CT\\SR\\US', NumberOfStudyRelatedInstances: '7', InstanceAvailability: 'ONLINE', RetrieveAETitle: 'SPINDLE', StorageMediaFileSetID: disc?.fileSetId,
    })]);
  });

  it('is burned once although it is sent again', async () => {
    const files = makeStudyFiles(scratch, 'again', 3);
    await send(files);
    const study = await studyOf('again');
    await discOf(study);
    await send(files);
    await send(makeStudyFiles(scratch, 'beacon', 1));
    await discOf(await studyOf('beacon'));
    expect(await discsOf(study)).toHaveLength(1);
    expect((await appliance.studies()).find((one) => one.studyId === study.studyId)?.instances).toBe(3);
  });

  it('is made again to the byte, years later or at once', async () => {
    await send(makeStudyFiles(scratch, 'reburn', 3, { transferSyntaxUid: '1.2.840.10008.1.2' }));
    const study = await studyOf('reburn');
    const [first] = await discOf(study);
    const { orderId } = await appliance.post<{ orderId: string }>(`/discs/${first!.serial}/reburn`);
    const detail = await until('the disc to be made again', 30_000, async () => {
      const found = await appliance.get<{ order: Order; report: { reason: string }[] }>(`/orders/${orderId}`);
      return found.order.state === 'DONE' && found;
    });
    expect(detail.report.map(({ reason }) => reason)).toContain('this disc is the same as its first making, to the byte');
    const second = (await discsOf(study)).find((disc) => disc.orderId === orderId);
    const digest = (disc: Disc): string => createHash('sha256').update(readFileSync(join(appliance.discFolder(disc), 'disc.iso'))).digest('hex');
    expect(digest(second!)).toBe(digest(first!));
    expect(second!.serial).not.toBe(first!.serial);
  });

  it('gets a supplement disc of the images that came after the first', async () => {
    await send(makeStudyFiles(scratch, 'late', 2));
    const study = await studyOf('late');
    await discOf(study);
    const [late] = makeStudyFiles(scratch, 'late', 1, {}, 50);
    await send([late!]);
    const discs = await discOf(study, 2);
    const supplement = discs.find((disc) => disc.isSupplement);
    expect([...dataSetsOn(supplement!).keys()]).toEqual([late!.made.sopInstanceUid]);
  });

  it('waits for a person when an instance comes with other content, and withdraws the disc of the loser', async () => {
    const [first] = makeStudyFiles(scratch, 'conflict', 1);
    await send([first!]);
    const study = await studyOf('conflict');
    const [old] = await discOf(study);
    const [changed] = makeStudyFiles(scratch, 'conflict', 1, { elements: [{ tag: 0x00081030, vr: 'LO', value: 'CORRECTED' }] });
    await send([changed!]);
    expect(await until('the conflict', 10_000, async () => (await studyOf('conflict')).state === 'CONFLICT')).toBe(true);
    const { conflicts } = await appliance.get<{ conflicts: { candidates: { instanceId: number; storedAt: string }[] }[] }>(`/studies/${study.studyId}/conflicts`);
    const newest = [...conflicts[0]!.candidates].sort((a, b) => a.storedAt.localeCompare(b.storedAt)).at(-1)!;
    const blocked = await appliance.post<{ orderId: string }>('/orders', { selection: { studies: [study.studyId] } });
    await until('the order to wait', 15_000, async () => (await appliance.get<{ order: Order }>(`/orders/${blocked.orderId}`)).order.info === 'STUDY_CONFLICT');
    await appliance.post(`/instances/${newest.instanceId}/settle`);
    expect((await appliance.get<{ disc: Disc }>(`/discs/${old!.serial}`)).disc.state).toBe('WITHDRAWN');
    await appliance.post(`/orders/${blocked.orderId}/release`);
    await until('the order to be done', 30_000, async () => (await appliance.get<{ order: Order }>(`/orders/${blocked.orderId}`)).order.state === 'DONE');
    const made = (await discsOf(study)).find((disc) => disc.orderId === blocked.orderId);
    expect(dataSetsOn(made!).get(changed!.made.sopInstanceUid)?.equals(changed!.made.dataSet)).toBe(true);
  });

  it('is ordered once under one Idempotency-Key, with every copy a disc of its own', async () => {
    await send(makeStudyFiles(scratch, 'keyed', 2));
    const study = await studyOf('keyed');
    await discOf(study);
    const body = { selection: { studies: [study.studyId] }, copies: 3, comment: 'three please' };
    const [a, b] = await Promise.all([appliance.post<{ orderId: string }>('/orders', body, { 'idempotency-key': 'k1' }), appliance.post<{ orderId: string }>('/orders', body, { 'idempotency-key': 'k1' })]);
    expect(a.orderId).toBe(b.orderId);
    await until('three copies', 60_000, async () => (await appliance.get<{ order: Order }>(`/orders/${a.orderId}`)).order.state === 'DONE');
    const copies = (await discsOf(study)).filter((disc) => disc.orderId === a.orderId);
    expect(copies.map((disc) => disc.copy).sort()).toEqual([1, 2, 3]);
    expect(new Set(copies.map((disc) => disc.serial)).size).toBe(3);
  });

  it('keeps two patients apart and waits where one id has two names', async () => {
    await send(makeStudyFiles(scratch, 'twins', 1));
    await send(makeStudyFiles(scratch, 'twins', 1, { patientName: 'Other^Name' }, 10));
    const study = await studyOf('twins');
    await until('an order that waits for a person', 30_000, async () => (await ordersOf(study)).some((order) => order.info === 'PATIENT_DIFFERS'));
  });

  it('leaves no patient data in logs, histories and ids', async () => {
    await send(makeStudyFiles(scratch, 'private', 1, { patientName: `${PLANTED}^A`, patientId: `${PLANTED}-1` }));
    await discOf(await studyOf('private'));
    const text = (folder: string): string => readdirSync(folder).map((name) => join(folder, name)).filter((file) => statSync(file, { throwIfNoEntry: false })?.isFile() === true).map((file) => readFileSync(file, 'latin1')).join('\n');
    for (const folder of ['logs', 'temporal', 'run', 'spool']) expect(text(join(appliance.home, folder)).includes(PLANTED)).toBe(false);
    for (const job of readdirSync(join(appliance.home, 'robots', 'virtual', 'jobs'))) expect(readFileSync(join(appliance.home, 'robots', 'virtual', 'jobs', job), 'latin1').includes(PLANTED)).toBe(false);
    expect(JSON.stringify(await appliance.get('/operations?limit=200')).includes(PLANTED)).toBe(false);
  });

  it.skipIf(!needs('dcmtk') || !needs('dicom3tools'))('is accepted by DCMTK and dicom3tools', async () => {
    const [disc] = await discOf(await studyOf('walk'));
    const folder = join(scratch, 'extracted');
    execFileSync(program('xorriso') ?? 'xorriso', ['-osirrox', 'on', '-indev', join(appliance.discFolder(disc!), 'disc.iso'), '-extract', '/', folder], { stdio: 'ignore', timeout: 30_000 });
    execFileSync('chmod', ['-R', 'u+w', folder]);
    execFileSync('sha256sum', ['-c', '--quiet', 'SHA256.TXT'], { cwd: folder, timeout: 30_000 });
    const judged = execFileSync('sh', ['-c', 'dciodvfy DICOMDIR 2>&1; dcdirdmp -paths DICOMDIR 2>&1'], { cwd: folder, timeout: 30_000, encoding: 'utf8' });
    expect(judged.split('\n').filter((line) => line.startsWith('Error'))).toEqual([]);
    expect(judged.split('\n').filter((line) => line.startsWith('DICOM/'))).toHaveLength(7);
    // dcmmkdir ends with 0 whatever it left out: its words count.
    const made = execFileSync('sh', ['-c', `${program('dcmmkdir') ?? 'dcmmkdir'} -w +D ${join(scratch, 'JUDGED')} +id . -Pgp +r DICOM 2>&1 || true`], { cwd: folder, timeout: 30_000, encoding: 'utf8' });
    expect(made.split('\n').filter((line) => /cannot be added|^E:/.test(line))).toEqual([]);
  });

  it('refuses a second appliance on the same home', () => {
    let said = '';
    try {
      execFileSync(process.execPath, [join(import.meta.dirname, '../../workers/appliance.ts')], { env: { ...process.env, SPINDLE_HOME: appliance.home, SPINDLE_DICOM_PORT: '1', SPINDLE_HTTP_PORT: '2', SPINDLE_TEMPORAL_PORT: '3' }, timeout: 30_000, encoding: 'utf8', stdio: 'pipe' });
    } catch (error) {
      said = String((error as { stderr?: string }).stderr) + String((error as { stdout?: string }).stdout);
    }
    expect(said).toContain('CONFIG_HOME_IN_USE');
  });

  it('stops on SIGTERM and leaves no process behind', async () => {
    expect(await appliance.down()).toBe(0);
    expect(appliance.allPids()).toEqual([]);
  });
});
