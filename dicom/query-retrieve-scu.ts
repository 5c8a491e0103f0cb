/**
 * Query/Retrieve as SCU: searches the studies and series of a remote AE and has it send them to us.
 * Answers are decoded from the bytes as sent, by all of their character sets. Nothing here judges whether a retrieval is complete.
 */
import { ApplianceError } from '../infra/errors.ts';
import type { ClientTls } from './association/secure.ts';
import { createAssociationPlaces } from './association-places.ts';
import type { AssociationPlaces } from './association-places.ts';
import { strings, text } from './data-set/data-set.ts';
import type { DataSet } from './data-set/data-set.ts';
import { readElements } from './data-set/read-elements.ts';
import { decoderFor } from './data-set/text-decoder.ts';
import type { TextDecode } from './data-set/text-decoder.ts';
import { perform } from './dimse/perform.ts';
import type { Identifier, Performing } from './dimse/perform.ts';
import type { DimseResponse } from './dimse/response-tap.ts';
import { reach } from './reach-ae.ts';
import type { Reach } from './reach-ae.ts';
import type { RemoteAe } from './remote-ae.ts';
import { statusCategory } from './tables/statuses.ts';
import { TAG } from './tables/tags.ts';

export interface RemoteStudy {
  readonly studyInstanceUid: string;
  readonly patientName: string;
  readonly patientId: string;
  readonly issuerOfPatientId: string;
  readonly birthDate: string;
  readonly sex: string;
  readonly studyDate: string;
  readonly studyTime: string;
  readonly description: string;
  readonly accessionNumber: string;
  readonly studyIdText: string;
  readonly referringPhysicianName: string;
  readonly modalities: readonly string[];
  /** null where the AE does not tell. */
  readonly series: number | null;
  readonly instances: number | null;
}

export interface RemoteSeries {
  readonly seriesInstanceUid: string;
  readonly modality: string;
  readonly number: string;
  readonly description: string;
  readonly bodyPart: string;
  /** null where the AE does not tell. */
  readonly instances: number | null;
}

export interface RemoteSearch {
  /** May hold `*` and `?`. */
  readonly patientName?: string;
  readonly patientId?: string;
  readonly accessionNumber?: string;
  readonly studyInstanceUid?: string;
  readonly modality?: string;
  /** YYYYMMDD */
  readonly dateFrom?: string;
  readonly dateTo?: string;
}

export interface Found<T> {
  readonly found: readonly T[];
  /** False when there is more than was asked for. */
  readonly isComplete: boolean;
}

/** Counters of a C-MOVE; undefined where the AE does not tell. */
export interface MoveProgress {
  readonly remaining: number | undefined;
  readonly completed: number | undefined;
  readonly failed: number | undefined;
  readonly warning: number | undefined;
}

export interface Moving {
  readonly studyInstanceUid: string;
  /** Only this series. */
  readonly seriesInstanceUid?: string;
  readonly limitSeconds: number;
  readonly signal?: AbortSignal;
  readonly onProgress: (progress: MoveProgress) => void;
  /** Asked when the AE says nothing for long, as many do while they send; true waits on. */
  readonly isAlive: () => Promise<boolean>;
}

export interface QueryRetrieveScu {
  /** @throws {ApplianceError} REMOTE_QUERY_FAILED and what an association may throw */
  findStudies(ae: RemoteAe, search: RemoteSearch): Promise<Found<RemoteStudy>>;
  findSeries(ae: RemoteAe, studyInstanceUid: string): Promise<Found<RemoteSeries>>;
  /** Counts the instances of a series by their answers, for an AE that does not tell the number. */
  countInstances(ae: RemoteAe, studyInstanceUid: string, seriesInstanceUid: string): Promise<number>;
  /** Resolves with the last status of the C-MOVE to ourselves, whatever it is. */
  move(ae: RemoteAe, moving: Moving): Promise<MoveProgress & { readonly status: number }>;
}

export interface QueryRetrieveOptions {
  readonly aeTitle: string;
  /** What we show and trust at this moment, to AEs that want TLS. */
  readonly tls: () => ClientTls;
  /** Seconds without a byte. */
  readonly silenceSeconds: number;
  /** Seconds for one query. */
  readonly queryLimitSeconds: number;
  /** Answers taken at study and series level. */
  readonly maxAnswers: number;
  /** Shared by all that open associations in this process; else queries and retrievals count for themselves. A place is waited for as long as for an answer. */
  readonly places?: AssociationPlaces;
}

/** Instances counted one by one in a series at most. */
const MAX_COUNTED = 100_000;

/** Keys of every query at a level that are asked for and not matched. @source PS3.4 Tables C.6-5, C.6-3, C.6-4 */
const RETURN_KEYS = {
  STUDY: ['StudyInstanceUID', 'PatientName', 'PatientID', 'IssuerOfPatientID', 'PatientBirthDate', 'PatientSex', 'StudyDate', 'StudyTime', 'StudyDescription', 'AccessionNumber', 'StudyID', 'ReferringPhysicianName', 'ModalitiesInStudy', 'NumberOfStudyRelatedSeries', 'NumberOfStudyRelatedInstances'],
  SERIES: ['StudyInstanceUID', 'SeriesInstanceUID', 'Modality', 'SeriesNumber', 'SeriesDescription', 'BodyPartExamined', 'NumberOfSeriesRelatedInstances'],
  IMAGE: ['StudyInstanceUID', 'SeriesInstanceUID', 'SOPInstanceUID'],
} as const;

const UTF8 = 'ISO_IR 192';

const identifier = (level: keyof typeof RETURN_KEYS, keys: Identifier): Identifier =>
  ({ SpecificCharacterSet: UTF8, QueryRetrieveLevel: level, ...Object.fromEntries(RETURN_KEYS[level].map((key) => [key, ''])), ...keys });

const rangeOf = ({ dateFrom = '', dateTo = '' }: RemoteSearch): Identifier =>
  dateFrom === '' && dateTo === '' ? {} : { StudyDate: dateFrom === dateTo ? dateFrom : `${dateFrom}-${dateTo}` };

const studyKeys = (search: RemoteSearch): Identifier => {
  const { patientName, patientId, accessionNumber, studyInstanceUid, modality } = search;
  const keys = { PatientName: patientName, PatientID: patientId, AccessionNumber: accessionNumber, StudyInstanceUID: studyInstanceUid, ModalitiesInStudy: modality };
  return { ...Object.fromEntries(Object.entries(keys).flatMap(([key, value]) => (value === undefined ? [] : [[key, value]]))), ...rangeOf(search) };
};

interface Answer {
  of(tag: number): string;
  all(tag: number): readonly string[];
  /** A whole number not below 0, or null. */
  count(tag: number): number | null;
}

/** An answer as it was sent. @throws {ApplianceError} INTAKE_CANNOT_UNDERSTAND */
const readAnswer = ({ dataSet, transferSyntaxUid }: DimseResponse): Answer => {
  const read: DataSet = readElements(dataSet ?? Buffer.alloc(0), transferSyntaxUid);
  const plain: TextDecode = decoderFor([]);
  const decode = decoderFor(strings(read, TAG.SpecificCharacterSet, plain));
  const of = (tag: number): string => text(read, tag, decode).slice(0, 1024);
  return {
    of,
    all: (tag) => strings(read, tag, decode),
    count: (tag) => (/^\+?\d{1,9}$/.test(of(tag)) ? Number(of(tag)) : null),
  };
};

const isUid = (value: string): boolean => /^[0-9.]{1,64}$/.test(value);

const studyOf = (answer: Answer): RemoteStudy | undefined => {
  const studyInstanceUid = answer.of(TAG.StudyInstanceUID);
  if (!isUid(studyInstanceUid)) return undefined;
  return {
    studyInstanceUid, patientName: answer.of(TAG.PatientName), patientId: answer.of(TAG.PatientID), issuerOfPatientId: answer.of(TAG.IssuerOfPatientID), birthDate: answer.of(TAG.PatientBirthDate), sex: answer.of(TAG.PatientSex),
    studyDate: answer.of(TAG.StudyDate), studyTime: answer.of(TAG.StudyTime), description: answer.of(TAG.StudyDescription), accessionNumber: answer.of(TAG.AccessionNumber), studyIdText: answer.of(TAG.StudyID),
    referringPhysicianName: answer.of(TAG.ReferringPhysicianName), modalities: answer.all(TAG.ModalitiesInStudy), series: answer.count(TAG.NumberOfStudyRelatedSeries), instances: answer.count(TAG.NumberOfStudyRelatedInstances),
  };
};

const seriesOf = (answer: Answer): RemoteSeries | undefined => {
  const seriesInstanceUid = answer.of(TAG.SeriesInstanceUID);
  if (!isUid(seriesInstanceUid)) return undefined;
  return {
    seriesInstanceUid, modality: answer.of(TAG.Modality), number: answer.of(TAG.SeriesNumber), description: answer.of(TAG.SeriesDescription), bodyPart: answer.of(TAG.BodyPartExamined),
    instances: answer.count(TAG.NumberOfSeriesRelatedInstances),
  };
};

const hex = (status: number): string => status.toString(16).toUpperCase().padStart(4, '0');

/** Makes the SCU. @source PS3.4 C.4.1, C.4.2, C.6.2 (Study Root) */
export const createQueryRetrieveScu = (options: QueryRetrieveOptions): QueryRetrieveScu => {
  const { silenceSeconds, places = createAssociationPlaces() } = options;

  const ask = async (ae: RemoteAe, asking: Omit<Performing, keyof Reach | 'silenceSeconds' | 'onGone'>): Promise<DimseResponse> => {
    const way = reach(ae, options.aeTitle, options.tls());
    const place = await places.take(ae, { seconds: silenceSeconds, signal: asking.signal });
    return perform({ ...way, silenceSeconds, ...asking, onGone: () => place.free() });
  };

  const find = async <T>(ae: RemoteAe, keys: Identifier, maxAnswers: number, take: (answer: Answer) => T | undefined): Promise<Found<T>> => {
    const found: T[] = [];
    let isEnough = false;
    let unreadable = 0;
    const done = await ask(ae, {
      limitSeconds: options.queryLimitSeconds, request: { kind: 'find', identifier: keys },
      onPending: (response) => {
        if (isEnough) return 'go-on';
        if (found.length >= maxAnswers) {
          isEnough = true;
          return 'enough';
        }
        const taken = take(readAnswer(response));
        if (taken === undefined) unreadable += 1;
        else found.push(taken);
        return 'go-on';
      },
    }).catch((error: unknown) => {
      // The AE that does not stop when told so has answered enough all the same.
      if (isEnough) return undefined;
      throw error;
    });
    if (isEnough || done === undefined) return { found, isComplete: false };
    const status = done.command.status ?? 0;
    if (statusCategory(status) !== 'success') throw new ApplianceError('REMOTE_QUERY_FAILED', `status ${hex(status)}`, { details: { status } });
    if (unreadable > 0) throw new ApplianceError('REMOTE_QUERY_FAILED', 'answers without what was asked for', { details: { unreadable } });
    return { found, isComplete: true };
  };

  return {
    findStudies: (ae, search) => find(ae, identifier('STUDY', studyKeys(search)), options.maxAnswers, studyOf),
    findSeries: async (ae, studyInstanceUid) => {
      const { found, isComplete } = await find(ae, identifier('SERIES', { StudyInstanceUID: studyInstanceUid }), options.maxAnswers, (answer) => {
        // An AE that ignores the key would have us count the series of others.
        const study = answer.of(TAG.StudyInstanceUID);
        return study === '' || study === studyInstanceUid ? seriesOf(answer) : undefined;
      });
      return { found: [...new Map(found.map((series) => [series.seriesInstanceUid, series])).values()], isComplete };
    },
    countInstances: async (ae, studyInstanceUid, seriesInstanceUid) => {
      const { found, isComplete } = await find(ae, identifier('IMAGE', { StudyInstanceUID: studyInstanceUid, SeriesInstanceUID: seriesInstanceUid }), MAX_COUNTED, (answer) => {
        const uid = answer.of(TAG.SOPInstanceUID);
        return isUid(uid) ? uid : undefined;
      });
      if (!isComplete) throw new ApplianceError('REMOTE_QUERY_FAILED', 'more instances in one series than are counted', { details: { counted: found.length } });
      return new Set(found).size;
    },
    move: async (ae, { studyInstanceUid, seriesInstanceUid, limitSeconds, signal, onProgress, isAlive }) => {
      const progressOf = ({ command: { remaining, completed, failed, warning } }: DimseResponse): MoveProgress => ({ remaining, completed, failed, warning });
      const keys = seriesInstanceUid === undefined ? { QueryRetrieveLevel: 'STUDY', StudyInstanceUID: studyInstanceUid } : { QueryRetrieveLevel: 'SERIES', StudyInstanceUID: studyInstanceUid, SeriesInstanceUID: seriesInstanceUid };
      const done = await ask(ae, {
        limitSeconds, request: { kind: 'move', identifier: keys, destination: options.aeTitle }, isAlive, ...(signal === undefined ? {} : { signal }),
        onPending: (response) => { onProgress(progressOf(response)); return 'go-on'; },
      });
      return { ...progressOf(done), status: done.command.status ?? 0 };
    },
  };
};
