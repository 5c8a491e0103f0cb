import { describe, expect, it } from 'vitest';
import { dateKey, likePattern, nameGroups, namePatterns, nameWords, timeKey } from '../../catalog/query-keys.ts';

describe('keys of queries', () => {
  it('fold names by component group', () => {
    expect(nameGroups('  MÜLLER ^ Änne  Maria^^^ ')).toEqual(['muller^anne maria', '', '']);
    expect(nameGroups('Yamada^Tarou=山田^太郎=やまだ^たろう')).toEqual(['yamada^tarou', '山田^太郎', 'やまだ^たろう']);
    expect(nameGroups('น้ำ^กุล')[0]).toBe('น้ํา^กุล');
    expect(nameGroups('')).toEqual(['', '', '']);
    expect(nameGroups('ＡＢＣ^ﾔﾏﾀﾞ')[0]).toBe('abc^ヤマダ');
  });

  it('fold keys as names, with their wildcards', () => {
    expect(namePatterns('Mül*^ÄN?E')).toEqual(['mul*^an?e']);
    expect(namePatterns('DOE^*')).toEqual(['doe^*', 'doe']);
    expect(namePatterns('DOE^^')).toEqual(['doe']);
    // Full-width signs are text, not wildcards.
    expect(likePattern(namePatterns('a＊')[0] ?? '')).not.toBe('a＊');
    expect(nameWords('Jane, Do*e^X')).toEqual(['jane', 'do', 'e', 'x']);
  });

  it('turn wildcards into patterns and keep every other character', () => {
    expect(likePattern('A*B?C%_!['.concat('x'))).toBe('A%B_C!%!_!!![x');
  });

  it('read dates and times of old and new form', () => {
    expect([dateKey('20260301'), dateKey('2026.03.01'), dateKey('2026'), dateKey('')]).toEqual(['20260301', '20260301', '', '']);
    expect([timeKey('10'), timeKey('10', 'last'), timeKey('10:15:30'), timeKey('101530.5'), timeKey('101530.5', 'last'), timeKey('x')]).toEqual(['100000000000', '105959999999', '101530000000', '101530500000', '101530599999', '']);
  });
});
