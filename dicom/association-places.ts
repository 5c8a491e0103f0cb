/**
 * Associations that we have to each remote AE at the same time, all services of a process together: as many as its
 * entry in the AE registry says. Who finds none free waits in line, for a limited time.
 */
import { ApplianceError } from '../infra/errors.ts';
import type { RemoteAe } from './remote-ae.ts';

/** One association that may be open. */
export interface Place {
  /** Someone waits for a place, and this one has been taken for a turn: who sends much lets others in between. */
  readonly isDue: boolean;
  /** Gives it back; again does nothing. */
  free(): void;
}

export interface Waiting {
  /** 0 = take what is free now, or nothing. */
  readonly seconds: number;
  readonly signal?: AbortSignal | undefined;
}

export interface AssociationPlaces {
  /** @throws {ApplianceError} ASSOCIATION_ALL_IN_USE when none was free in time, ASSOCIATION_ABORTED when the signal ended the wait */
  take(ae: Pick<RemoteAe, 'aeTitle' | 'maxAssociations'>, waiting: Waiting): Promise<Place>;
}

interface Line {
  inUse: number;
  readonly waiting: { readonly most: number; readonly called: () => void }[];
}

const TURN_MS = 5_000;

/** Makes an account of associations; `turnMs` is how long a place is had before others may ask for it. */
export const createAssociationPlaces = ({ turnMs = TURN_MS }: { readonly turnMs?: number } = {}): AssociationPlaces => {
  const lines = new Map<string, Line>();

  const placeIn = (aeTitle: string, line: Line): Place => {
    const since = performance.now();
    let isFree = false;
    line.inUse += 1;
    return {
      get isDue() {
        return line.waiting.length > 0 && performance.now() - since >= turnMs;
      },
      free: () => {
        if (isFree) return;
        isFree = true;
        line.inUse -= 1;
        // The entry of the AE may allow less than is in use by now.
        if (line.inUse < (line.waiting[0]?.most ?? 0)) line.waiting.shift()?.called();
        if (line.inUse === 0 && line.waiting.length === 0) lines.delete(aeTitle);
      },
    };
  };

  return {
    take: ({ aeTitle, maxAssociations }, { seconds, signal }) => {
      const line = lines.get(aeTitle) ?? { inUse: 0, waiting: [] };
      lines.set(aeTitle, line);
      if (line.inUse < maxAssociations && line.waiting.length === 0) return Promise.resolve(placeIn(aeTitle, line));
      const inUse = new ApplianceError('ASSOCIATION_ALL_IN_USE', `no place among ${maxAssociations} associations with ${aeTitle}`);
      if (seconds === 0) return Promise.reject(inUse);
      return new Promise((resolve, reject) => {
        const leave = (): void => {
          clearTimeout(timer);
          signal?.removeEventListener('abort', giveUp);
          const at = line.waiting.indexOf(waiter);
          if (at >= 0) line.waiting.splice(at, 1);
        };
        const waiter = { most: maxAssociations, called: (): void => { leave(); resolve(placeIn(aeTitle, line)); } };
        const giveUp = (): void => { leave(); reject(new ApplianceError('ASSOCIATION_ABORTED', 'given up by us', { cause: signal?.reason })); };
        const timer = setTimeout(() => { leave(); reject(inUse); }, seconds * 1000);
        line.waiting.push(waiter);
        signal?.addEventListener('abort', giveUp, { once: true });
        if (signal?.aborted === true) giveUp();
      });
    },
  };
};
