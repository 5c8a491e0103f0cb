import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { buildCertificate, canonicalJson, certificateCode, shownCode } from '../../disc/certificate.ts';
import type { CertificateFacts } from '../../disc/certificate.ts';

const FACTS: CertificateFacts = {
  product: 'Spindle 0.1.0', imprint: { institution: 'Hospital', contact: '', product: 'Spindle 0.1.0', language: 'en', webContent: false },
  volume: { fileSetId: 'SP00000001_1', fileSetUid: '2.25.1', index: 1, of: 2, media: 'CD', createdAt: new Date('2026-01-02T03:04:05Z') },
  image: { bytes: 4096, sha256: 'ab'.repeat(32) }, profile: 'STD-GEN-CD',
  checks: [{ id: 'iso-order', outcome: 'pass', findings: 0 }, { id: 'several-patients', outcome: 'fail', findings: 1 }, { id: 'udf-tags', outcome: 'not-applicable', findings: 0 }],
  counts: { files: 5, directories: 4, records: 6, instances: 3, bytesCompared: 3000 },
  report: [
    { kind: 'left-off', sopInstanceUid: '2.25.7', reason: 'its SOP class is private' }, { kind: 'left-off', sopInstanceUid: '2.25.8', reason: 'its SOP class is private' },
    { kind: 'filled', sopInstanceUid: '2.25.9', reason: 'Study ID' }, { kind: 'left-off', sopInstanceUid: '2.25.10', reason: 'its file has 4 GiB or more' },
  ],
};

describe('a certificate', () => {
  it('names every check with title, source and outcome', () => {
    expect(buildCertificate(FACTS).checks.map(({ id, outcome }) => [id, outcome])).toEqual([['iso-order', 'pass'], ['several-patients', 'fail'], ['udf-tags', 'not-applicable']]);
    expect(buildCertificate(FACTS).checks.every(({ title, source }) => title.length > 10 && source.length > 2)).toBe(true);
  });

  it('says what was left out and why, each reason once', () => {
    expect(buildCertificate(FACTS).leftOut).toEqual([{ reason: 'its SOP class is private', sopInstanceUids: ['2.25.7', '2.25.8'] }, { reason: 'its file has 4 GiB or more', sopInstanceUids: ['2.25.10'] }]);
  });

  it('has a code of ten characters without letters that are misread, which changes with every fact', () => {
    const { shortCode: code } = buildCertificate(FACTS);
    expect(code).toMatch(/^[0-9A-HJKMNP-TV-Z]{10}$/);
    expect(shownCode(code)).toBe(`${code.slice(0, 5)}-${code.slice(5)}`);
    expect(buildCertificate({ ...FACTS }).shortCode).toBe(code);
    const others = [{ ...FACTS, profile: '' }, { ...FACTS, image: { bytes: 4096, sha256: 'ac'.repeat(32) } }, { ...FACTS, report: [] }, { ...FACTS, checks: FACTS.checks.slice(1) }].map((facts) => buildCertificate(facts).shortCode);
    expect(new Set([code, ...others]).size).toBe(5);
  });

  it('can be checked by anyone: the code is the first 50 bits of the SHA-256 of its canonical JSON', () => {
    const { shortCode: code, ...rest } = JSON.parse(JSON.stringify(buildCertificate(FACTS))) as ReturnType<typeof buildCertificate>;
    expect(certificateCode(rest)).toBe(code);
    const bits = [...createHash('sha256').update(canonicalJson(rest)).digest()].map((byte) => byte.toString(2).padStart(8, '0')).join('').slice(0, 50);
    expect((bits.match(/.{5}/g) ?? []).map((five) => '0123456789ABCDEFGHJKMNPQRSTVWXYZ'[Number.parseInt(five, 2)]).join('')).toBe(code);
  });
});

it('canonical JSON sorts keys at every depth and leaves arrays in order', () => {
  expect(canonicalJson({ b: [2, { d: 'x', c: null }], a: true, e: undefined })).toBe('{"a":true,"b":[2,{"c":null,"d":"x"}]}');
});
