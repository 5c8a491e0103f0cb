import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { TAG } from '../../dicom/tables/tags.ts';
import { checkDisc } from '../../disc/check-disc.ts';
import { makeAuthority } from '../fixtures/certificates.ts';
import { uid } from '../fixtures/make-instance.ts';
import { needs, program } from '../fixtures/peers.ts';
import { digestsBelow } from '../disc/image/judges.ts';
import { TestAppliance, until } from './appliance.ts';
import type { Disc, Order, Study } from './appliance.ts';
import { makeStudyFiles } from './study-files.ts';

interface Detail { readonly order: Order; readonly discs: readonly (Disc & { readonly media: string })[]; readonly report: readonly { readonly kind: string; readonly reason: string; readonly sopInstanceUid?: string }[] }
interface Placed { readonly orderId: string; readonly passphrase?: string }

/** Names the patient wherever an instance of this study can. */
const PLANTED = ['Xylophonius', 'PH-kinds', '19430911', 'ACC-7001', 'Hippokrates', 'Haus Sonnenschein', uid('kinds study'), uid('kinds series')] as const;

describe.skipIf(!needs('temporal') || !needs('postgres'))('an order of each kind', () => {
  const scratch = mkdtempSync(join(tmpdir(), 'spindle-copies-'));
  const copies = join(scratch, 'copies');
  let appliance: TestAppliance;
  let study: Study;
  let clean: readonly string[] = [];
  let unsaid: readonly string[] = [];

  beforeAll(async () => {
    mkdirSync(copies);
    // No rule: every disc here is ordered by hand.
    appliance = await TestAppliance.start({ SPINDLE_COPIES_FOLDER: copies, SPINDLE_QUIET_SECONDS_DEFAULT: '3600' });
    const elements = [
      { tag: TAG.PatientBirthDate, vr: 'DA', value: '19430911' }, { tag: TAG.AccessionNumber, vr: 'SH', value: 'ACC-7001' }, { tag: TAG.ReferringPhysicianName, vr: 'PN', value: 'Hippokrates^K' },
      { tag: TAG.InstitutionName, vr: 'LO', value: 'Haus Sonnenschein' }, { tag: TAG.StudyDescription, vr: 'LO', value: 'CT Xylophonius' },
    ];
    const over = { patientName: 'Xylophonius^Anna', rows: 16, columns: 16 };
    const files = [
      ...makeStudyFiles(scratch, 'kinds', 2, { ...over, elements: [...elements, { tag: TAG.BurnedInAnnotation, vr: 'CS', value: 'NO' }] }),
      ...makeStudyFiles(scratch, 'kinds', 1, { ...over, elements }, 10),
      ...makeStudyFiles(scratch, 'kinds', 1, { ...over, kind: 'sr', seriesInstanceUid: uid('kinds sr'), elements }, 20),
    ];
    clean = files.slice(0, 2).map(({ made }) => made.sopInstanceUid);
    unsaid = files.slice(2).map(({ made }) => made.sopInstanceUid);
    expect((await appliance.send(files.map(({ file }) => file))).every(({ outcome }) => outcome === 'stored')).toBe(true);
    study = await until('the study in the catalog', 10_000, async () => (await appliance.studies()).find((one) => one.studyInstanceUid === uid('kinds study')));
  }, 240_000);
  afterAll(async () => { await appliance.destroy(); rmSync(scratch, { recursive: true, force: true }); });

  const detailOf = (orderId: string): Promise<Detail> => until(`order ${orderId} to be done`, 60_000, async () => {
    const found = await appliance.get<Detail>(`/orders/${orderId}`);
    if (found.order.state === 'FAILURE') throw new TypeError(JSON.stringify(found.report));
    return found.order.state === 'DONE' && found;
  });
  const order = async (content: Record<string, unknown>, more: Record<string, unknown> = {}): Promise<Detail & Placed> => {
    const placed = await appliance.post<Placed>('/orders', { selection: { studies: [study.studyId] }, content, ...more });
    return { ...await detailOf(placed.orderId), ...placed };
  };
  const imageOf = (disc: Disc): Buffer => readFileSync(join(appliance.discFolder(disc), 'disc.iso'));
  const traces = (bytes: Buffer | string, of: readonly string[] = PLANTED): readonly string[] => {
    const where = typeof bytes === 'string' ? Buffer.from(bytes) : bytes;
    return of.filter((name) => where.includes(name) || where.includes(Buffer.from(name, 'utf16le').swap16()));
  };
  const logs = (): string => readdirSync(join(appliance.home, 'logs')).map((name) => readFileSync(join(appliance.home, 'logs', name), 'utf8')).join('');
  const secretsKept = (): readonly string[] => readdirSync(join(appliance.home, 'secrets')).filter((name) => name.startsWith('passphrase-'));

  it('for teaching holds back what nobody looked at, names no one, and is the same to the byte when it is made again', async () => {
    const { discs: [disc], report, orderId } = await order({ copyType: 'teaching', language: 'fr' });
    expect(report.filter(({ kind }) => kind === 'left-off').map(({ sopInstanceUid }) => sopInstanceUid).sort()).toEqual([...unsaid].sort());
    const image = imageOf(disc!);
    expect(traces(image, [...PLANTED, ...clean, ...unsaid])).toEqual([]);
    expect(image.includes('ANONYMOUS')).toBe(true);
    const certificate = await appliance.get<unknown>(`/discs/${disc!.serial}/certificate`);
    expect(traces(JSON.stringify(certificate), [...PLANTED, ...clean, ...unsaid])).toEqual([]);
    const found = await checkDisc(join(appliance.discFolder(disc!), 'disc.iso'), { isThorough: true, isOver: () => false });
    expect(found.findings.filter(({ level }) => level === 'error')).toEqual([]);

    const { holdings } = await appliance.get<{ holdings: { instanceId: number; sopInstanceUid: string }[] }>(`/studies/${study.studyId}/teaching`);
    expect(holdings.map(({ sopInstanceUid }) => sopInstanceUid).sort()).toEqual([...unsaid].sort());
    for (const { instanceId } of holdings) await appliance.post(`/instances/${instanceId}/release`, { reason: 'nothing on it' });
    const again = await detailOf((await appliance.post<Placed>(`/discs/${disc!.serial}/reburn`)).orderId);
    expect(again.report.map(({ reason }) => reason)).toContain('this disc is the same as its first making, to the byte');
    expect(imageOf(again.discs[0]!).equals(image)).toBe(true);
    const released = await order({ copyType: 'teaching' });
    expect(released.report.some(({ kind }) => kind === 'left-off')).toBe(false);
    expect(traces(imageOf(released.discs[0]!))).toEqual([]);
    expect(orderId).not.toBe(released.orderId);
  }, 180_000);

  it.skipIf(!needs('7z'))('under a passphrase opens with what the answer told once, and keeps nothing of it', async () => {
    const { discs: [disc], passphrase = '' } = await order({ encryption: 'zip' });
    expect(passphrase).toMatch(/^[0-9A-Z-]{19}$/);
    const image = imageOf(disc!);
    expect(traces(image, [...PLANTED, passphrase])).toEqual([]);
    const out = join(scratch, 'opened');
    execFileSync(program('7z') as string, ['x', `-o${out}`, join(appliance.discFolder(disc!), 'disc.iso'), 'IMAGES.ZIP'], { stdio: 'ignore' });
    execFileSync(program('7z') as string, ['x', `-p${passphrase}`, `-o${join(out, 'plain')}`, join(out, 'IMAGES.ZIP')], { stdio: 'ignore' });
    expect(Object.keys(digestsBelow(join(out, 'plain'))).filter((path) => path.startsWith('DICOM/'))).toHaveLength(4);
    await until('the passphrase to be gone', 20_000, () => Promise.resolve(secretsKept().length === 0));
    expect(traces(logs(), [passphrase, ...PLANTED.slice(0, 6)])).toEqual([]);
    const again = await appliance.post<Placed>(`/discs/${disc!.serial}/reburn`);
    expect(again.passphrase).not.toBe(passphrase);
    expect((await detailOf(again.orderId)).report.map(({ reason }) => reason).join()).toContain('every making takes new random keys');
  }, 120_000);

  it.skipIf(!needs('openssl'))('for the holder of a certificate is a disc of Secure DICOM Files', async () => {
    const { cert, key } = makeAuthority(scratch, 'clinic').issue('doctor');
    const { discs: [disc] } = await order({ encryption: 'media-security', recipientCertificates: [readFileSync(cert, 'utf8')] });
    expect(traces(imageOf(disc!))).toEqual([]);
    const out = join(scratch, 'secure');
    execFileSync(program('7z') ?? '7z', ['x', `-o${out}`, join(appliance.discFolder(disc!), 'disc.iso'), 'DICOMDIR'], { stdio: 'ignore' });
    const opened = execFileSync(program('openssl') as string, ['cms', '-decrypt', '-binary', '-inform', 'DER', '-in', join(out, 'DICOMDIR'), '-recip', cert, '-inkey', key], { maxBuffer: 1 << 26 });
    // The DICOM file lies inside of DigestedData.
    expect([opened.includes('DICM'), traces(opened)]).toEqual([true, expect.arrayContaining(['Xylophonius'])]);
  }, 90_000);

  it('beside a disc lies in the folder for copies, and the API says where', async () => {
    for (const target of ['folder', 'zip', 'iso'] as const) {
      const { discs } = await order({ target }, { copies: 2 });
      expect(discs).toHaveLength(2);
      for (const disc of discs) {
        expect(disc).toMatchObject({ state: 'READY', robot: '', media: target === 'iso' ? 'CD' : 'USB' });
        expect(disc.place.startsWith(`${copies}/`) && existsSync(disc.place)).toBe(true);
        expect(statSync(disc.place).isDirectory()).toBe(target === 'folder');
      }
      if (target === 'folder') expect(spawnSync('sha256sum', ['-c', '--quiet', 'SHA256.TXT'], { cwd: discs[0]!.place }).status).toBe(0);
    }
    expect(readdirSync(copies).filter((name) => name.startsWith('.'))).toEqual([]);
    // What was prepared goes after the order is done.
    await until('the spool to be empty', 20_000, () => Promise.resolve(readdirSync(join(appliance.home, 'spool')).length === 0));
  }, 120_000);

  it('is delivered once although the worker is killed while it works', async () => {
    const placed = await appliance.post<Placed>('/orders', { selection: { studies: [study.studyId] }, content: { target: 'folder' }, copies: 3 });
    await until('the order to be at work', 20_000, async () => (await appliance.get<Detail>(`/orders/${placed.orderId}`)).order.state !== 'PENDING', 20);
    appliance.kill('work');
    const { discs } = await until('the order to be done', 120_000, async () => { const found = await appliance.get<Detail>(`/orders/${placed.orderId}`); return found.order.state === 'DONE' && found; });
    expect(discs).toHaveLength(3);
    const prefix = discs[0]!.fileSetId;
    expect(readdirSync(copies).filter((name) => name.startsWith(prefix)).sort()).toEqual(discs.map(({ place }) => place.slice(copies.length + 1)).sort());
    expect(readdirSync(copies).filter((name) => name.startsWith('.'))).toEqual([]);
  }, 180_000);

  it('legal or for a physician is made as before', async () => {
    for (const copyType of ['legal', 'physician'] as const) {
      const { discs: [disc] } = await order({ copyType });
      expect(imageOf(disc!).includes('Xylophonius')).toBe(true);
    }
  }, 90_000);
});
