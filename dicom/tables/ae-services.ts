/** What a registered AE may ask of us, and which abstract syntaxes that opens. Verification is open to every AE that is let in. */
import { SOP_CLASSES } from './sop-classes.ts';
import { UID } from './uids.ts';

export interface AeServiceRow {
  readonly name: string;
  /** What the AE then may do. */
  readonly about: string;
  readonly abstractSyntaxes: readonly string[];
  readonly source: string;
}

/** One row a service, in the order in which they are shown. @source PS3.4 B, C, J, S */
export const AE_SERVICES = [
  { name: 'store', about: 'send instances to us (C-STORE)', abstractSyntaxes: SOP_CLASSES.map((row) => row.uid), source: 'PS3.4 B.5' },
  { name: 'query', about: 'ask what we hold (C-FIND)', abstractSyntaxes: [UID.patientRootFind, UID.studyRootFind, UID.patientStudyOnlyFind], source: 'PS3.4 C.6' },
  { name: 'retrieve', about: 'fetch what we hold (C-MOVE, C-GET)', abstractSyntaxes: [UID.patientRootMove, UID.patientRootGet, UID.studyRootMove, UID.studyRootGet, UID.patientStudyOnlyMove, UID.patientStudyOnlyGet], source: 'PS3.4 C.6' },
  { name: 'commit', about: 'ask for storage commitment (N-ACTION)', abstractSyntaxes: [UID.storageCommitmentPush], source: 'PS3.4 J' },
  { name: 'publish', about: 'order discs (media creation management)', abstractSyntaxes: [UID.mediaCreationManagement], source: 'PS3.4 S' },
] as const satisfies readonly AeServiceRow[];

export type AeService = (typeof AE_SERVICES)[number]['name'];

/** All names, for schemas. */
export const AE_SERVICE_NAMES: readonly AeService[] = AE_SERVICES.map((row) => row.name);

const BY_SYNTAX: ReadonlyMap<string, AeService> = new Map(AE_SERVICES.flatMap((row) => row.abstractSyntaxes.map((uid): [string, AeService] => [uid, row.name])));

/** The service an abstract syntax belongs to; undefined for Verification and for what is in no row. */
export const aeServiceOf = (abstractSyntax: string): AeService | undefined => BY_SYNTAX.get(abstractSyntax);
