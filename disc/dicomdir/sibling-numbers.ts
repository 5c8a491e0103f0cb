/** Numbers for series and instances that have none: the smallest that no sibling uses. */
import type { VolumeInstance } from '../../catalog/books/instance-index.ts';

export interface SiblingNumbers {
  /** Takes the smallest free Series Number of the study of this instance. */
  readonly nextSeries: (of: VolumeInstance) => number;
  /** Takes the smallest free Instance Number of the series of this instance. */
  readonly nextInstance: (of: VolumeInstance) => number;
}

interface Taken {
  readonly used: Set<number>;
  from: number;
}

const take = (taken: Taken): number => {
  while (taken.used.has(taken.from)) taken.from += 1;
  taken.used.add(taken.from);
  return taken.from;
};

const note = (all: Map<string, Taken>, key: string, text: string): void => {
  const taken = all.get(key) ?? { used: new Set(), from: 1 };
  all.set(key, taken);
  const value = Number.parseInt(text, 10);
  if (Number.isSafeInteger(value)) taken.used.add(value);
};

/** Notes the numbers in use among all instances of a volume. */
export const createSiblingNumbers = (instances: readonly VolumeInstance[]): SiblingNumbers => {
  const series = new Map<string, Taken>();
  const members = new Map<string, Taken>();
  for (const { attributes } of instances) {
    note(series, attributes.studyInstanceUid, attributes.seriesNumber ?? '');
    note(members, attributes.seriesInstanceUid, attributes.instanceNumber ?? '');
  }
  const nextOf = (all: Map<string, Taken>, key: string): number => {
    const taken = all.get(key);
    if (!taken) throw new TypeError('numbers are asked for an instance of another volume');
    return take(taken);
  };
  return {
    nextSeries: ({ attributes }) => nextOf(series, attributes.studyInstanceUid),
    nextInstance: ({ attributes }) => nextOf(members, attributes.seriesInstanceUid),
  };
};
