import { describe, expect, it } from 'vitest';
import { dateText, dayText, personNameText } from '../../../disc/label/label-content.ts';

describe('personNameText', () => {
  it.each([
    ['DOE^John^Albert', 'DOE, John Albert', ''],
    ['Doe^^^Dr.^Jr.', 'Doe, Jr.', ''],
    ['^Prince', 'Prince', ''],
    ['Yamada^Tarou=山田^太郎=やまだ^たろう', 'Yamada, Tarou', '山田 太郎'],
    ['=山田^太郎', '山田 太郎', ''],
    ['==やまだ^たろう', 'やまだ たろう', ''],
    ['قباني^لنزار', 'قباني، لنزار', ''],
    ['  ', '', ''],
  ])('writes %s as %s', (name, main, ideographic) => {
    expect(personNameText(name)).toEqual({ main, ideographic });
  });
});

describe('dateText', () => {
  it.each([['20261124', '2026-11-24'], ['1957.03.14', '1957-03-14'], ['1957', '1957'], ['', '']])('writes %s as %s', (date, text) => {
    expect(dateText(date)).toBe(text);
  });
});

describe('dayText', () => {
  it('is the calendar day of the zone', () => {
    const moment = new Date('2026-01-31T23:30:00Z');
    expect([dayText(moment, 'UTC'), dayText(moment, 'Asia/Tokyo')]).toEqual(['2026-01-31', '2026-02-01']);
  });
});
