import { describe, expect, it } from 'vitest';
import { comparedIdentity, disagree, fit, fitKey, foldForSearch } from '../../catalog/folding.ts';

const said = (name: string, birthDate = '', sex = ''): ReturnType<typeof comparedIdentity> => comparedIdentity({ name, birthDate, sex });

describe('folding', () => {
  it('forgives case, padding and trailing carets of names, and empty values', () => {
    expect(disagree(said('Doe^John'), said(' DOE ^ JOHN^^ '))).toBe(false);
    expect(disagree(said(''), said('Doe'))).toBe(false);
    expect(disagree(said('Doe', '19600101'), said('Doe', ''))).toBe(false);
  });

  it('compares each group of a name only where both have it', () => {
    expect(disagree(said('Yamada^Tarou'), said('Yamada^Tarou=山田^太郎'))).toBe(false);
    expect(disagree(said('Yamada^Tarou=山田^次郎'), said('Yamada^Tarou=山田^太郎'))).toBe(true);
    expect(disagree(said('=山田^太郎'), said('Yamada^Tarou'))).toBe(false);
  });

  it('sees other names, birth dates and sexes, also behind accents', () => {
    expect(disagree(said('Doe^John'), said('Doe^Jane'))).toBe(true);
    expect(disagree(said('Doe', '19600101'), said('Doe', '19600102'))).toBe(true);
    expect(disagree(said('Doe', '', 'M'), said('Doe', '', 'F'))).toBe(true);
    expect(disagree(said('Müller'), said('Muller'))).toBe(true);
  });

  it('folds case, accents, widths and strokes for search', () => {
    expect(foldForSearch('MÜLLER^Ægir=ＹＡＭＡＤＡ')).toBe('muller aegir yamada');
  });

  it('keeps different long keys different and never cuts a character in two', () => {
    const long = 'x'.repeat(300);
    expect(fitKey(`${long}a`, 192)).not.toBe(fitKey(`${long}b`, 192));
    expect(fitKey(`${long}a`, 192)).toHaveLength(192);
    expect(fit('ab😀', 3)).toBe('ab');
    expect(fit('a\0b ', 10)).toBe('ab');
  });
});
