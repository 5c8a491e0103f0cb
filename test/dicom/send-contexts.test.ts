import { describe, expect, it } from 'vitest';
import type { AcceptedContext } from '../../dicom/association/service.ts';
import { chooseContext, planContexts, sameOnly } from '../../dicom/send-contexts.ts';
import type { SyntaxPolicy } from '../../dicom/send-contexts.ts';
import { UID } from '../../dicom/tables/uids.ts';

const CT = UID.ctImageStorage;
const NATIVE: readonly string[] = [UID.explicitLittleEndian, UID.implicitLittleEndian, UID.explicitBigEndian];
/** Decodes JPEG Lossless, encodes RLE and, lossy, JPEG; re-encodes native ones. */
const able: SyntaxPolicy = {
  preferred: [],
  route: (from, to) => {
    if (from === to) return 'same';
    if (NATIVE.includes(from)) return NATIVE.includes(to) ? 'native' : to === UID.rleLossless || to === UID.jpegBaseline ? 'encode' : undefined;
    return from === UID.jpegLossless && NATIVE.includes(to) ? 'decode' : undefined;
  },
};
const unable: SyntaxPolicy = { preferred: [], route: sameOnly };
const accepted = (...syntaxes: readonly string[]): readonly AcceptedContext[] => syntaxes.map((transferSyntax, index) => ({ id: index * 2 + 1, abstractSyntax: CT, transferSyntax }));
const kind = (transferSyntaxUid: string) => ({ sopClassUid: CT, transferSyntaxUid });

describe('proposing contexts', () => {
  it('asks for each held syntax alone, then for the native ones that can be made of it', () => {
    expect(planContexts([kind(UID.jpegLossless)], able)[0]?.contexts.map((one) => one.transferSyntaxes)).toEqual([[UID.jpegLossless], [UID.explicitLittleEndian, UID.implicitLittleEndian]]);
    expect(planContexts([kind(UID.explicitLittleEndian), kind(UID.jpegLossless)], able)[0]?.contexts.map((one) => one.transferSyntaxes)).toEqual([[UID.explicitLittleEndian], [UID.jpegLossless], [UID.implicitLittleEndian]]);
  });

  it('asks for nothing it could not send', () => {
    expect(planContexts([kind(UID.jpegLossless)], unable)[0]?.contexts).toEqual([{ id: 1, abstractSyntax: CT, transferSyntaxes: [UID.jpegLossless] }]);
    expect(planContexts([kind(UID.mpeg2MainLevel)], able)[0]?.contexts.map((one) => one.transferSyntaxes)).toEqual([[UID.mpeg2MainLevel]]);
  });

  it('asks for what the receiver prefers, but never for loss', () => {
    const plan = planContexts([kind(UID.explicitLittleEndian)], { ...able, preferred: [UID.jpegBaseline, UID.rleLossless] });
    expect(plan[0]?.contexts.map((one) => one.transferSyntaxes)).toEqual([[UID.explicitLittleEndian], [UID.rleLossless], [UID.implicitLittleEndian]]);
  });

  it('makes further associations beyond 128 contexts and never splits a class', () => {
    const plans = planContexts(Array.from({ length: 100 }, (_, n) => ({ sopClassUid: `1.${n}`, transferSyntaxUid: UID.jpegLossless })), able);
    expect(plans.map((plan) => plan.contexts.length)).toEqual([128, 72]);
    expect(plans[0]?.contexts.at(-1)?.id).toBe(255);
    expect(new Set(plans.flatMap((plan) => [...plan.sopClassUids])).size).toBe(100);
  });
});

describe('choosing a context', () => {
  it.each([
    ['the held syntax', UID.jpegLossless, [UID.explicitLittleEndian, UID.jpegLossless], UID.jpegLossless],
    ['explicit before implicit', UID.jpegLossless, [UID.implicitLittleEndian, UID.explicitLittleEndian], UID.explicitLittleEndian],
    ['re-encoding before a codec', UID.explicitLittleEndian, [UID.rleLossless, UID.implicitLittleEndian], UID.implicitLittleEndian],
    ['a codec where nothing else is left', UID.explicitLittleEndian, [UID.rleLossless], UID.rleLossless],
  ])('takes %s', (_name, held, offered, expected) => {
    expect(chooseContext(accepted(...offered), kind(held), able)?.transferSyntax).toBe(expected);
  });

  it('follows what the receiver prefers, unless the held syntax is among it', () => {
    const preferred: SyntaxPolicy = { ...able, preferred: [UID.rleLossless, UID.implicitLittleEndian] };
    expect(chooseContext(accepted(UID.explicitLittleEndian, UID.implicitLittleEndian, UID.rleLossless), kind(UID.explicitLittleEndian), preferred)?.transferSyntax).toBe(UID.rleLossless);
    expect(chooseContext(accepted(UID.implicitLittleEndian, UID.rleLossless), kind(UID.implicitLittleEndian), preferred)?.transferSyntax).toBe(UID.implicitLittleEndian);
    expect(chooseContext(accepted(UID.explicitLittleEndian), kind(UID.explicitLittleEndian), preferred)?.transferSyntax).toBe(UID.explicitLittleEndian);
  });

  it('takes none that would lose something, none of another class, none it cannot reach', () => {
    expect(chooseContext(accepted(UID.jpegBaseline), kind(UID.explicitLittleEndian), able)).toBeUndefined();
    expect(chooseContext(accepted(UID.explicitLittleEndian), { sopClassUid: '1.2', transferSyntaxUid: UID.explicitLittleEndian }, able)).toBeUndefined();
    expect(chooseContext(accepted(UID.explicitLittleEndian), kind(UID.jpegLossless), unable)).toBeUndefined();
  });
});
