/** DIMSE statuses: what a code means in which service. Ranges of the Standard stand as first code with a mask. */

/** How a requester shall take a status. */
export type StatusCategory = 'success' | 'pending' | 'cancel' | 'warning' | 'failure';

/** One status, or one range of statuses that share a meaning. */
export interface StatusRow {
  readonly code: number;
  /** Bits that count; 0xffff for a single code. */
  readonly mask: number;
  readonly name: string;
  /** 'ANY' = general status of PS3.7 Annex C. */
  readonly service: 'ANY' | 'C-STORE' | 'C-FIND' | 'C-MOVE' | 'C-GET' | 'N-SERVICES' | 'MEDIA-CREATION';
  readonly category: StatusCategory;
  readonly source: string;
}

/** All statuses we send or know how to read, by code. @source PS3.7 Annex C, PS3.4 Annexes B, C and S */
export const STATUSES = [
  { code: 0x0000, mask: 0xffff, name: 'Success', service: 'ANY', category: 'success', source: 'PS3.7 C.1' },
  { code: 0x0001, mask: 0xffff, name: 'Requested optional attributes are not supported', service: 'N-SERVICES', category: 'warning', source: 'PS3.7 C.4' },
  { code: 0x0105, mask: 0xffff, name: 'No such attribute', service: 'N-SERVICES', category: 'failure', source: 'PS3.7 C.5' },
  { code: 0x0106, mask: 0xffff, name: 'Invalid attribute value', service: 'N-SERVICES', category: 'failure', source: 'PS3.7 C.5' },
  { code: 0x0107, mask: 0xffff, name: 'Attribute list error', service: 'N-SERVICES', category: 'warning', source: 'PS3.7 C.4' },
  { code: 0x0110, mask: 0xffff, name: 'Processing failure', service: 'ANY', category: 'failure', source: 'PS3.7 C.5' },
  { code: 0x0111, mask: 0xffff, name: 'Duplicate SOP instance', service: 'N-SERVICES', category: 'failure', source: 'PS3.7 C.5' },
  { code: 0x0112, mask: 0xffff, name: 'No such SOP instance', service: 'N-SERVICES', category: 'failure', source: 'PS3.7 C.5' },
  { code: 0x0113, mask: 0xffff, name: 'No such event type', service: 'N-SERVICES', category: 'failure', source: 'PS3.7 C.5' },
  { code: 0x0114, mask: 0xffff, name: 'No such argument', service: 'N-SERVICES', category: 'failure', source: 'PS3.7 C.5' },
  { code: 0x0115, mask: 0xffff, name: 'Invalid argument value', service: 'N-SERVICES', category: 'failure', source: 'PS3.7 C.5' },
  { code: 0x0116, mask: 0xffff, name: 'Attribute value out of range', service: 'N-SERVICES', category: 'warning', source: 'PS3.7 C.4' },
  { code: 0x0117, mask: 0xffff, name: 'Invalid SOP instance', service: 'ANY', category: 'failure', source: 'PS3.7 C.5' },
  { code: 0x0118, mask: 0xffff, name: 'No such SOP class', service: 'ANY', category: 'failure', source: 'PS3.7 C.5' },
  { code: 0x0119, mask: 0xffff, name: 'Class-instance conflict', service: 'N-SERVICES', category: 'failure', source: 'PS3.7 C.5' },
  { code: 0x0120, mask: 0xffff, name: 'Missing attribute', service: 'N-SERVICES', category: 'failure', source: 'PS3.7 C.5' },
  { code: 0x0121, mask: 0xffff, name: 'Missing attribute value', service: 'N-SERVICES', category: 'failure', source: 'PS3.7 C.5' },
  { code: 0x0122, mask: 0xffff, name: 'SOP class not supported', service: 'ANY', category: 'failure', source: 'PS3.7 C.5' },
  { code: 0x0123, mask: 0xffff, name: 'No such action type', service: 'N-SERVICES', category: 'failure', source: 'PS3.7 C.5' },
  { code: 0x0124, mask: 0xffff, name: 'Not authorized', service: 'ANY', category: 'failure', source: 'PS3.7 C.5' },
  { code: 0x0210, mask: 0xffff, name: 'Duplicate invocation', service: 'ANY', category: 'failure', source: 'PS3.7 C.5' },
  { code: 0x0211, mask: 0xffff, name: 'Unrecognized operation', service: 'ANY', category: 'failure', source: 'PS3.7 C.5' },
  { code: 0x0212, mask: 0xffff, name: 'Mistyped argument', service: 'ANY', category: 'failure', source: 'PS3.7 C.5' },
  { code: 0x0213, mask: 0xffff, name: 'Resource limitation', service: 'ANY', category: 'failure', source: 'PS3.7 C.5' },
  { code: 0xa501, mask: 0xffff, name: 'Refused: media creation action already performed for this request', service: 'MEDIA-CREATION', category: 'failure', source: 'PS3.4 S.3.2.2' },
  { code: 0xa502, mask: 0xffff, name: 'Refused: media creation request cannot be created', service: 'MEDIA-CREATION', category: 'failure', source: 'PS3.4 S.3.2.1' },
  { code: 0xa503, mask: 0xffff, name: 'Refused: media creation request already in progress', service: 'MEDIA-CREATION', category: 'failure', source: 'PS3.4 S.3.2.2' },
  { code: 0xa504, mask: 0xffff, name: 'Refused: cancellation denied', service: 'MEDIA-CREATION', category: 'failure', source: 'PS3.4 S.3.2.2' },
  { code: 0xa700, mask: 0xff00, name: 'Refused: out of resources', service: 'C-STORE', category: 'failure', source: 'PS3.4 Table B.2-1' },
  { code: 0xa700, mask: 0xffff, name: 'Refused: out of resources', service: 'C-FIND', category: 'failure', source: 'PS3.4 Table C.4-1' },
  { code: 0xa701, mask: 0xffff, name: 'Refused: out of resources, cannot calculate number of matches', service: 'C-MOVE', category: 'failure', source: 'PS3.4 Table C.4-2' },
  { code: 0xa701, mask: 0xffff, name: 'Refused: out of resources, cannot calculate number of matches', service: 'C-GET', category: 'failure', source: 'PS3.4 Table C.4-3' },
  { code: 0xa702, mask: 0xffff, name: 'Refused: out of resources, cannot perform sub-operations', service: 'C-MOVE', category: 'failure', source: 'PS3.4 Table C.4-2' },
  { code: 0xa702, mask: 0xffff, name: 'Refused: out of resources, cannot perform sub-operations', service: 'C-GET', category: 'failure', source: 'PS3.4 Table C.4-3' },
  { code: 0xa801, mask: 0xffff, name: 'Refused: move destination unknown', service: 'C-MOVE', category: 'failure', source: 'PS3.4 Table C.4-2' },
  { code: 0xa900, mask: 0xff00, name: 'Error: data set does not match SOP class', service: 'C-STORE', category: 'failure', source: 'PS3.4 Table B.2-1' },
  { code: 0xa900, mask: 0xffff, name: 'Error: identifier does not match SOP class', service: 'C-FIND', category: 'failure', source: 'PS3.4 Table C.4-1' },
  { code: 0xa900, mask: 0xffff, name: 'Error: identifier does not match SOP class', service: 'C-MOVE', category: 'failure', source: 'PS3.4 Table C.4-2' },
  { code: 0xa900, mask: 0xffff, name: 'Error: identifier does not match SOP class', service: 'C-GET', category: 'failure', source: 'PS3.4 Table C.4-3' },
  { code: 0xb000, mask: 0xffff, name: 'Warning: coercion of data elements', service: 'C-STORE', category: 'warning', source: 'PS3.4 Table B.2-1' },
  { code: 0xb000, mask: 0xffff, name: 'Warning: sub-operations complete, one or more failures', service: 'C-MOVE', category: 'warning', source: 'PS3.4 Table C.4-2' },
  { code: 0xb000, mask: 0xffff, name: 'Warning: sub-operations complete, one or more failures or warnings', service: 'C-GET', category: 'warning', source: 'PS3.4 Table C.4-3' },
  { code: 0xb006, mask: 0xffff, name: 'Warning: elements discarded', service: 'C-STORE', category: 'warning', source: 'PS3.4 Table B.2-1' },
  { code: 0xb007, mask: 0xffff, name: 'Warning: data set does not match SOP class', service: 'C-STORE', category: 'warning', source: 'PS3.4 Table B.2-1' },
  { code: 0xc000, mask: 0xf000, name: 'Error: cannot understand', service: 'C-STORE', category: 'failure', source: 'PS3.4 Table B.2-1' },
  { code: 0xc000, mask: 0xf000, name: 'Failed: unable to process', service: 'C-FIND', category: 'failure', source: 'PS3.4 Table C.4-1' },
  { code: 0xc000, mask: 0xf000, name: 'Failed: unable to process', service: 'C-MOVE', category: 'failure', source: 'PS3.4 Table C.4-2' },
  { code: 0xc000, mask: 0xf000, name: 'Failed: unable to process', service: 'C-GET', category: 'failure', source: 'PS3.4 Table C.4-3' },
  { code: 0xfe00, mask: 0xffff, name: 'Cancel', service: 'ANY', category: 'cancel', source: 'PS3.7 C.3' },
  { code: 0xff00, mask: 0xffff, name: 'Pending', service: 'ANY', category: 'pending', source: 'PS3.7 C.2' },
  { code: 0xff01, mask: 0xffff, name: 'Pending: one or more optional keys were not supported', service: 'C-FIND', category: 'pending', source: 'PS3.4 Table C.4-1' },
] as const satisfies readonly StatusRow[];

/** Codes that our own code sends, by meaning. @source PS3.7 Annex C, PS3.4 B.2.3, C.4 */
export const STATUS = {
  success: 0x0000,
  cancel: 0xfe00,
  pending: 0xff00,
  pendingOptionalKeysIgnored: 0xff01,
  processingFailure: 0x0110,
  duplicateInstance: 0x0111,
  noSuchInstance: 0x0112,
  invalidArgument: 0x0115,
  classInstanceConflict: 0x0119,
  missingAttribute: 0x0120,
  sopClassNotSupported: 0x0122,
  noSuchAction: 0x0123,
  notAuthorized: 0x0124,
  duplicateInvocation: 0x0210,
  unrecognizedOperation: 0x0211,
  mistypedArgument: 0x0212,
  resourceLimitation: 0x0213,
  outOfResources: 0xa700,
  cannotCountMatches: 0xa701,
  cannotPerformSubOperations: 0xa702,
  destinationUnknown: 0xa801,
  dataSetMismatch: 0xa900,
  subOperationsFailed: 0xb000,
  coercion: 0xb000,
  cannotUnderstand: 0xc000,
} as const;

/** Failure Reasons of single instances in a storage commitment result. @source PS3.3 C.14.1.1 */
export const FAILURE_REASON = {
  processingFailure: 0x0110,
  noSuchInstance: 0x0112,
  classInstanceConflict: 0x0119,
  duplicateTransactionUid: 0x0131,
} as const;

/**
 * Sorts any status code into its category; codes that no table names go by the ranges of the Standard.
 * @source PS3.7 Annex C (1xxx, Bxxx and 0001, 0107, 0116 warn; FF00 and FF01 pend; FE00 is cancel)
 */
export const statusCategory = (code: number): StatusCategory => {
  if (code === 0) return 'success';
  if (code === 0xff00 || code === 0xff01) return 'pending';
  if (code === 0xfe00) return 'cancel';
  const isWarning = code === 0x0001 || code === 0x0107 || code === 0x0116 || code >>> 12 === 0xb || code >>> 12 === 1;
  return isWarning ? 'warning' : 'failure';
};

/**
 * Finds the row that describes a code in a service, the general rows included.
 * @source PS3.7 Annex C
 */
export const statusOf = (service: StatusRow['service'], code: number): StatusRow | undefined =>
  STATUSES.find((row) => (row.service === service || row.service === 'ANY') && (code & row.mask) === row.code);
