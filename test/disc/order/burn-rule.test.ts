import { describe, expect, it } from 'vitest';
import { DEFAULT_CONTENT } from '../../../disc/order/content.ts';
import { ruleMatches, rulesFor } from '../../../disc/order/burn-rule.ts';
import type { BurnRule, SeriesFacts } from '../../../disc/order/burn-rule.ts';

const FACTS: SeriesFacts = { callingAe: 'CT3', calledAe: 'SPINDLE', modality: 'CT', station: 'ROOM_2', bodyPart: 'CHEST', studyDescription: 'Thorax native', seriesDescription: 'Lung 1.0' };
const rule = (over: Partial<BurnRule>): BurnRule => ({
  id: 1, name: 'r', position: 1, isEnabled: true, also: false, condition: {}, version: 1, source: 'api', grouping: 'study', quietSeconds: 30, longestWaitSeconds: 0,
  copies: 1, media: 'any', robot: 'any', priority: 3, labelTemplate: 'default', retention: 'default', content: DEFAULT_CONTENT, ...over,
});

describe('a burn rule', () => {
  it('matches everything when it sets no condition', () => expect(ruleMatches({}, FACTS)).toBe(true));
  it('needs every condition it sets', () => {
    expect(ruleMatches({ modality: ['CT'], callingAe: ['CT3'] }, FACTS)).toBe(true);
    expect(ruleMatches({ modality: ['CT'], callingAe: ['MR1'] }, FACTS)).toBe(false);
  });
  it('takes several values as alternatives and ignores letter case', () => expect(ruleMatches({ modality: ['MR', 'ct'] }, FACTS)).toBe(true));
  it('understands wildcards', () => {
    expect(ruleMatches({ station: ['room_?'] }, FACTS)).toBe(true);
    expect(ruleMatches({ description: ['*lung*'] }, FACTS)).toBe(true);
    expect(ruleMatches({ description: ['thorax'] }, FACTS)).toBe(false);
    expect(ruleMatches({ description: ['*x*n?t*e'] }, FACTS)).toBe(true);
  });
  it('finds a description in the study or the series', () => expect(ruleMatches({ description: ['thorax*'] }, FACTS)).toBe(true));
});

describe('the rules for a series', () => {
  it('end at the first match in order of position', () => {
    const rules = [rule({ id: 2, position: 2 }), rule({ id: 1, position: 1, condition: { modality: ['MR'] } }), rule({ id: 3, position: 3 })];
    expect(rulesFor(rules, FACTS).map((r) => r.id)).toEqual([2]);
  });
  it('go on after a rule that says also', () => {
    const rules = [rule({ id: 1, position: 1, also: true }), rule({ id: 2, position: 2 }), rule({ id: 3, position: 3 })];
    expect(rulesFor(rules, FACTS).map((r) => r.id)).toEqual([1, 2]);
  });
  it('leave out disabled rules', () => expect(rulesFor([rule({ isEnabled: false })], FACTS)).toEqual([]));
});
