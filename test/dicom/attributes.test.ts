import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readAttributes } from '../../dicom/attributes.ts';
import type { IndexedAttributes } from '../../dicom/attributes.ts';
import { readFileMeta } from '../../dicom/data-set/part10.ts';
import { TAG } from '../../dicom/tables/tags.ts';
import { UID } from '../../dicom/tables/uids.ts';
import { isApplianceError } from '../../infra/errors.ts';
import { makeInstance } from '../fixtures/make-instance.ts';
import type { InstanceOverrides } from '../fixtures/make-instance.ts';
import { sharedData } from '../fixtures/shared-data.ts';

const NATIVE = [UID.implicitLittleEndian, UID.explicitLittleEndian, UID.explicitBigEndian, UID.deflatedExplicitLittleEndian] as const;
const attributesOf = (overrides: InstanceOverrides): IndexedAttributes => {
  const made = makeInstance(overrides);
  const read = readAttributes(made.dataSet, made.transferSyntaxUid, true);
  if (read.status !== 'ok') throw new Error(`not ok: ${read.status}`);
  return read.attributes;
};

describe('the indexed attributes', () => {
  it.each(NATIVE)('are the same in %s', (transferSyntaxUid) => {
    const { seriesInstanceUid, studyInstanceUid, sopInstanceUid, sopClassUid } = makeInstance();
    expect(attributesOf({ transferSyntaxUid, frames: 3, undefinedLengths: true, elements: [{ tag: TAG.ReferencedStudySequence, vr: 'SQ', value: [[{ tag: TAG.PatientName, vr: 'PN', value: 'Nested^Not' }]] }] })).toMatchObject({
      seriesInstanceUid, studyInstanceUid, sopInstanceUid, sopClassUid, patientName: 'Phantom^Alpha', patientId: 'PHANTOM-1', patientBirthDate: '19700101', patientSex: 'O',
      studyDate: '20240102', studyTime: '101500', contentTime: '101501.25', accessionNumber: 'ACC-1', modality: 'CT', seriesNumber: '1', instanceNumber: '1',
      rows: 8, columns: 8, numberOfFrames: 3, imageType: 'ORIGINAL\\PRIMARY\\AXIAL', institutionName: 'Test bench', laterality: '', issuerOfPatientId: '', specificCharacterSet: [],
    });
  });

  it('decode names in their character set', () => {
    expect(attributesOf({ characterSet: 'ISO_IR 192', patientName: Buffer.from('Wang^XiaoDong=王^小東=') }).patientName).toBe('Wang^XiaoDong=王^小東');
    expect(attributesOf({ characterSet: '\\ISO 2022 IR 87', patientName: 'Yamada^Tarou=\x1b$B;3ED\x1b(B^\x1b$BB@O:\x1b(B' })).toMatchObject({ patientName: 'Yamada^Tarou=山田^太郎', specificCharacterSet: ['', 'ISO 2022 IR 87'] });
  });

  it('ask for more bytes of a short head, until it is long enough, and never answer otherwise before', () => {
    const { dataSet, transferSyntaxUid } = makeInstance({ rows: 64, columns: 64 });
    const whole = readAttributes(dataSet, transferSyntaxUid);
    expect(whole.status).toBe('ok');
    const reads = Array.from({ length: dataSet.length }, (_, length) => readAttributes(dataSet.subarray(0, length), transferSyntaxUid));
    const enough = reads.findIndex((read) => read.status !== 'short');
    expect(enough).toBeGreaterThan(500);
    expect(enough).toBeLessThan(dataSet.length - 8000);
    expect(reads.slice(enough).filter((read) => JSON.stringify(read) !== JSON.stringify(whole))).toEqual([]);
  });

  it('are unreadable without their UIDs, and the reason names the attributes only', () => {
    const { dataSet } = makeInstance({ without: [TAG.SOPInstanceUID], seriesInstanceUid: 'not a uid' });
    expect(readAttributes(dataSet, UID.explicitLittleEndian)).toEqual({ status: 'unreadable', reason: 'missing or malformed: SOP Instance UID, Series Instance UID' });
  });

  it('are cut to 1024 characters and free of control characters', () => {
    const read = attributesOf({ elements: [{ tag: TAG.StudyDescription, vr: 'LO', value: `A\x00B\nC${'x'.repeat(3000)}` }], patientId: '  P 1 ' });
    expect(read.studyDescription).toBe(`ABC${'x'.repeat(1021)}`);
    expect(read.patientId).toBe('P 1');
  });

  it('are null or empty where the instance does not say', () => {
    expect(attributesOf({ kind: 'sr' })).toMatchObject({ rows: null, columns: null, numberOfFrames: null, imageType: '', bodyPartExamined: '' });
  });

  it('of all shared files are what pydicom reads', (context) => {
    const data = sharedData();
    if (data === undefined) return context.skip();
    const files = readdirSync(data, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile() && !/\.(csv|md)$/i.test(entry.name)).map((entry) => join(entry.parentPath, entry.name)).filter((file) => !file.includes('/bad/'));
    const folder = mkdtempSync(join(tmpdir(), 'attributes-'));
    let peers: Record<string, Record<string, string>>;
    try {
      writeFileSync(join(folder, 'files.json'), JSON.stringify(files));
      writeFileSync(join(folder, 'read.py'), PYTHON);
      execFileSync('/usr/bin/python3', [join(folder, 'read.py'), folder], { timeout: 100_000, stdio: 'ignore' });
      peers = JSON.parse(readFileSync(join(folder, 'out.json'), 'utf8')) as typeof peers;
    } catch { console.warn('SKIPPED: python3-pydicom is not installed'); return context.skip(); } finally { rmSync(folder, { recursive: true, force: true }); }
    let compared = 0;
    for (const file of files) {
      const bytes = readFileSync(file);
      let read;
      try {
        const meta = readFileMeta(bytes);
        read = readAttributes(bytes.subarray(meta.dataSetOffset), meta.transferSyntaxUid, true);
      } catch (error) { expect(isApplianceError(error)).toBe(true); continue; }
      if (read.status !== 'ok') continue;
      const ours = read.attributes as unknown as Readonly<Record<string, string | number | null>>;
      for (const [name, value] of Object.entries(peers[file] ?? {})) {
        expect([file, name, String(ours[name] ?? '')]).toEqual([file, name, value.replace(name.endsWith('Name') ? /=+$/ : /$^/, '')]);
      }
      compared += 1;
    }
    expect(compared).toBeGreaterThan(400);
  }, 120_000);
});

const PYTHON = `
import json, re, sys, warnings, pydicom
from pydicom.multival import MultiValue
warnings.filterwarnings('ignore')
K = dict(patientName='PatientName', patientId='PatientID', studyDescription='StudyDescription', seriesDescription='SeriesDescription', institutionName='InstitutionName', modality='Modality', studyDate='StudyDate', seriesNumber='SeriesNumber', instanceNumber='InstanceNumber', rows='Rows', columns='Columns', referringPhysicianName='ReferringPhysicianName', accessionNumber='AccessionNumber', sopInstanceUid='SOPInstanceUID', studyInstanceUid='StudyInstanceUID', seriesInstanceUid='SeriesInstanceUID')
out = {}
for f in json.load(open(sys.argv[1] + '/files.json')):
    try: ds = pydicom.dcmread(f, force=True, stop_before_pixels=True)
    except Exception: continue
    row = out[f] = {}
    for ours, keyword in K.items():
        try: v = ds.get(keyword)
        except Exception: continue
        if v is None: v = ''
        if isinstance(v, MultiValue): v = '\\\\'.join(map(str, v))
        if not ours.endswith('Name'): v = getattr(v, 'original_string', v)
        v = str(v)
        row[ours] = '' if v == 'None' else re.sub('[\\x00-\\x1f\\x7f-\\x9f]', '', v).strip(' ')
json.dump(out, open(sys.argv[1] + '/out.json', 'w'))
`;
