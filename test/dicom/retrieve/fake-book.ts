/** An in-memory RetrieveBook over the rows of a fake index; the same answers as the catalog, switchable to failing. */
import type { ArrivedInstance } from '../../../catalog/books/instance-index.ts';
import type { RetrievableInstance, RetrieveBook, RetrieveSelection } from '../../../catalog/books/retrieve-book.ts';
import type { FakeIndex } from '../association/fake-index.ts';

export interface FakeBook extends RetrieveBook {
  readonly notHeld: Set<string>;
  readonly contested: Set<string>;
  readonly pages: { readonly after: number; readonly limit: number }[];
  beforePlan: (() => Promise<void>) | undefined;
  beforePage: ((after: number) => Promise<void>) | undefined;
}

const isNamed = ({ attributes }: ArrivedInstance, selection: RetrieveSelection): boolean => {
  const within = (list: readonly string[] | undefined, value: string): boolean => list === undefined || list.includes(value);
  return (selection.patientId === undefined || selection.patientId === attributes.patientId)
    && (selection.issuerOfPatientId === undefined || selection.issuerOfPatientId === attributes.issuerOfPatientId)
    && within(selection.studyInstanceUids, attributes.studyInstanceUid) && within(selection.seriesInstanceUids, attributes.seriesInstanceUid) && within(selection.sopInstanceUids, attributes.sopInstanceUid);
};

export const createFakeBook = (rows: () => FakeIndex['rows']): FakeBook => {
  const named = (selection: RetrieveSelection): FakeIndex['rows'] => rows().filter((row) => isNamed(row.arrival, selection) && (selection.instanceIds?.includes(row.instanceId) ?? true));
  const book: FakeBook = {
    notHeld: new Set(), contested: new Set(), pages: [], beforePlan: undefined, beforePage: undefined,
    plan: async (selection) => {
      await book.beforePlan?.();
      const kinds = new Map<string, { sopClassUid: string; transferSyntaxUid: string; instances: number }>();
      for (const { arrival } of named(selection)) {
        const [sopClassUid, transferSyntaxUid] = [arrival.attributes.sopClassUid, arrival.file.transferSyntaxUid];
        const kind = kinds.get(`${sopClassUid} ${transferSyntaxUid}`) ?? { sopClassUid, transferSyntaxUid, instances: 0 };
        kind.instances += 1;
        kinds.set(`${sopClassUid} ${transferSyntaxUid}`, kind);
      }
      return { instances: named(selection).length, kinds: [...kinds.values()] };
    },
    page: async (selection, after, limit) => {
      await book.beforePage?.(after);
      book.pages.push({ after, limit });
      return named(selection).filter((row) => row.instanceId > after).slice(0, limit).map(({ instanceId, arrival }): RetrievableInstance => ({
        instanceId, sopClassUid: arrival.attributes.sopClassUid, sopInstanceUid: arrival.attributes.sopInstanceUid, file: arrival.file,
        isHeld: !book.notHeld.has(arrival.attributes.sopInstanceUid), isContested: book.contested.has(arrival.attributes.sopInstanceUid),
      }));
    },
  };
  return book;
};
