/**
 * The one table of errors and the one error class. Pure leaf: imports nothing.
 * `retry` says who may try again, `effect` whether something irreversible perhaps happened.
 * Rendered once each: DIMSE in dicom/node.ts, Temporal in activities/failure.ts, HTTP in api/errors.ts.
 */
export type Retry = 'auto' | 'operator' | 'never';

export interface ErrorRow {
  readonly retry: Retry;
  readonly effect: 'none' | 'unknown';
  /** DIMSE status, where the error can end a DIMSE service. */
  readonly dimse?: number;
  /** HTTP status. */
  readonly http: number;
  /** One sentence for the person at the appliance: what to do. */
  readonly advice: string;
}

const row = (retry: Retry, http: number, advice: string, dimse?: number, effect: 'none' | 'unknown' = 'none'): ErrorRow =>
  dimse === undefined ? { retry, effect, http, advice } : { retry, effect, http, advice, dimse };

export const ERRORS = {
  ASSOCIATION_REJECTED: row('operator', 502, 'The other AE refuses the association: check AE titles and its list of known AEs.'),
  ASSOCIATION_ABORTED: row('auto', 502, 'The other side broke the association: try again, and look at its log if it happens again.'),
  ASSOCIATION_HOST_UNKNOWN: row('operator', 502, 'The host name is not known: correct it in the AE registry, or look at the name service.'),
  ASSOCIATION_NO_LISTENER: row('auto', 502, 'No one listens on this port of the host: start the other AE, or correct the port.'),
  ASSOCIATION_UNREACHABLE: row('auto', 502, 'The network does not lead to this host: check address, cables and firewalls.'),
  ASSOCIATION_TLS_UNTRUSTED: row('operator', 502, 'The certificate of the other AE is not trusted: renew it there, or add its authority to `tlsCa`.'),
  ASSOCIATION_TLS_FAILED: row('operator', 502, 'TLS could not be agreed: check that the other AE speaks TLS 1.2 or later on this port and trusts our certificate.'),
  ASSOCIATION_ALL_IN_USE: row('auto', 503, 'All associations that we may open to the other AE are in use: try again later, or allow more in the AE registry.'),
  ASSOCIATION_TIMED_OUT: row('auto', 504, 'The other side did not answer in time: check that it runs and the network between.'),
  ASSOCIATION_REFUSED_CONTEXT: row('never', 502, 'The other AE accepts no presentation context for this SOP class and transfer syntax.'),
  ASSOCIATION_PROTOCOL: row('never', 502, 'The other AE breaks the DICOM upper layer protocol: look at its log, its software must be corrected.'),
  ASSOCIATION_TLS_NOT_AVAILABLE: row('operator', 502, 'The other AE is to be reached over TLS, which this version does not speak as a user: register a plain port of it.'),
  INTAKE_DISK_FULL: row('auto', 507, 'The store is nearly full: delete or move what is no longer needed, or enlarge it.', 0xa700),
  INTAKE_STORE_FAILED: row('auto', 500, 'The store cannot be written: check the disk and the rights of its folder.', 0xa700),
  INTAKE_INDEX_UNAVAILABLE: row('auto', 503, 'The catalog database is out of reach: check that it runs; the sender may send again.', 0xa700),
  INTAKE_DATA_SET_MISMATCH: row('never', 400, 'The data set is not what the command says (SOP class or instance): the sender must be corrected.', 0xa900),
  INTAKE_CANNOT_UNDERSTAND: row('never', 400, 'The data set cannot be read: the sender must be corrected.', 0xc000),
  QUERY_INDEX_UNAVAILABLE: row('auto', 503, 'The catalog database is out of reach: check that it runs; the caller may ask again.', 0xa700),
  QUERY_IDENTIFIER_MISMATCH: row('never', 400, 'The query is not one of its information model: the caller must be corrected at the named elements.', 0xa900),
  QUERY_CANNOT_UNDERSTAND: row('never', 400, 'The identifier of the query cannot be read: the caller must be corrected.', 0xc000),
  QUERY_FAILED: row('operator', 500, 'The catalog database refused the query: look at its log, and report this with the code.', 0xc001),
  RETRIEVE_IDENTIFIER: row('never', 400, 'The retrieve names level or unique keys in a way its information model does not know: the requester must be corrected.', 0xa900),
  RETRIEVE_DESTINATION_UNKNOWN: row('operator', 404, 'The AE title of the move destination is not registered: add it with host and port.', 0xa801),
  RETRIEVE_CANNOT_COUNT: row('auto', 503, 'What is to be retrieved cannot be looked up: check that the catalog database runs.', 0xa701),
  RETRIEVE_CANNOT_SEND: row('auto', 502, 'Nothing could be sent to the destination: see the reason, and check that it runs and takes these instances.', 0xa702),
  RETRIEVE_FAILED: row('auto', 500, 'The retrieve broke off within: look at the log, and try again.', 0xc000),
  CATALOG_UNAVAILABLE: row('auto', 503, 'The catalog database is out of reach: check that it runs.'),
  CATALOG_SCHEMA_TOO_NEW: row('operator', 500, 'The catalog was made by a newer version: start that version, or restore a backup.'),
  CATALOG_FAILED: row('operator', 500, 'The catalog database refused a statement: look at its log, and report this with the code.'),
  CATALOG_NOT_FOUND: row('never', 404, 'There is no such entry.'),
  CATALOG_CONFLICT: row('never', 409, 'Someone else changed this meanwhile: look again and repeat.'),
  ORDER_NOTHING_SELECTED: row('never', 400, 'The selection holds no instance: search again and select at least one.'),
  ORDER_INSTANCE_NOT_HELD: row('operator', 409, 'Some selected instances are no longer held: send them again, or burn the disc that holds them again.'),
  ORDER_SEVERAL_PATIENTS: row('never', 409, 'The selection holds several patients: order one disc per patient, or allow several patients on one disc.'),
  ORDER_KEY_REUSED: row('never', 409, 'This Idempotency-Key was used for another order: use a new one.'),
  ORDER_EXCEEDS_MEDIA: row('operator', 409, 'One series is larger than the medium: order it on a larger medium.'),
  ORDER_ATTACHMENT_REFUSED: row('never', 422, 'This file cannot go on a disc: attach a PDF without scripts, a JPEG or PNG picture, plain text in UTF-8, or XML without scripts, within the limits of size and number.'),
  ORDER_STATE: row('never', 409, 'The order is past the point where this is possible.'),
  ORDER_NO_ROBOT: row('operator', 409, 'No robot takes this medium: choose another medium or robot.'),
  REMOTE_UNKNOWN_AE: row('never', 404, 'No AE of this title is known: register it with host and port.'),
  REMOTE_QUERY_FAILED: row('auto', 502, 'The remote AE cannot answer the query: look at its log, and try a narrower search.'),
  REMOTE_NOT_FOUND: row('never', 404, 'The remote AE holds no instance of this study: check the Study Instance UID and the AE title.'),
  REMOTE_MOVE_REFUSED: row('operator', 502, 'The remote AE does not send to us: enter our AE title, host and port as a destination there.'),
  REMOTE_INCOMPLETE: row('operator', 502, 'The remote AE did not send all of the study: look at its log, then order again; what has arrived is kept.'),
  COMMITMENT_INVALID: row('never', 400, 'The commitment request lacks Transaction UID or references: the sender must be corrected.', 0x0115),
  COMMITMENT_NO_SUCH_INSTANCE: row('never', 400, 'The commitment request names another instance than the well-known one: the sender must be corrected.', 0x0112),
  COMMITMENT_NO_SUCH_ACTION: row('never', 400, 'The commitment request names an action that does not exist: the sender must be corrected.', 0x0123),
  COMMITMENT_TOO_LARGE: row('never', 400, 'The commitment request names too many instances at once: have the sender ask in parts.', 0x0213),
  COMMITMENT_NOT_DELIVERED: row('auto', 502, 'The result of a storage commitment was not taken: register the AE with host and port, and look at its log.'),
  ORDER_PASSPHRASE_GONE: row('operator', 409, 'The passphrase of this order is not kept any more: cancel the order and place it again.'),
  TRANSCODE_UNSUPPORTED: row('never', 409, 'This instance cannot be brought into that transfer syntax: it goes on as it is, or ask its sender for another transfer syntax.'),
  TRANSCODE_FAILED: row('never', 409, 'The instance or its pixel data is damaged and cannot be converted: have it sent again.'),
  TRANSCODE_WRITE_FAILED: row('auto', 500, 'The converted instance could not be written: check the space and the rights of the spool folder.'),
  DISC_FILE_SET_INVALID: row('operator', 500, 'The file-set could not be made from the stored instances: see the report of the order.'),
  DISC_IMAGE_FAILED: row('auto', 500, 'The volume image could not be written: check the space of the spool folder.'),
  DISC_GATE_REFUSED: row('operator', 500, 'The finished image is not what it should be and was not burned: see the report of the order.'),
  DISC_SOURCE_LOST: row('operator', 500, 'A stored file is gone or no longer what was stored: have its sender send it again, and check the disk of the store.'),
  DISC_DEIDENTIFY_FAILED: row('operator', 500, 'An instance could not be de-identified and stays off the disc: see the report of the order.'),
  DISC_PASSPHRASE_WEAK: row('never', 400, 'The passphrase is too weak: take the one that is offered, or a longer one without names and dates, of letters, digits and signs of the keyboard.'),
  DISC_RECIPIENT_INVALID: row('operator', 400, 'The certificate of a recipient cannot be used: it needs an RSA key of 2048 bits or more for encrypting, and must be valid today.'),
  DISC_ENCRYPT_FAILED: row('auto', 500, 'A file could not be encrypted: check the space of the spool folder.'),
  DISC_TARGET_FULL: row('operator', 507, 'The place for copies is full: make room or name another place.'),
  DISC_TARGET_READ_ONLY: row('operator', 409, 'The place for copies cannot be written: check its rights and the write protection of the stick.'),
  DISC_TARGET_EXISTS: row('never', 409, 'There is a copy of this name already; it was not touched: take it away first if a new one is wanted.'),
  DISC_TARGET_UNREACHABLE: row('operator', 503, 'The place for copies is out of reach: check that the stick is in, or that the folder is mounted.'),
  DISC_TARGET_MISMATCH: row('operator', 500, 'The copy does not read back as written and was removed: check the stick or disk, then try again.'),
  DISC_VIEWER_MANIFEST: row('never', 400, 'viewer-package.json is missing or not as described: correct the named fields (docs/VIEWERS.md).'),
  DISC_VIEWER_FILE_MISSING: row('never', 400, 'The viewer package lacks a file that it names: add the file, or correct viewer-package.json.'),
  DISC_VIEWER_ESCAPES: row('never', 400, 'The viewer package names something outside of its folder, or holds links: copy the files into the folder.'),
  DISC_VIEWER_NAME: row('never', 400, 'A file of the viewer has a name or place that the disc cannot carry: rename it or place it elsewhere.'),
  DISC_VIEWER_COLLISION: row('never', 400, 'A file of the viewer would lie over another file of the disc: place it in a folder of its own.'),
  DISC_VIEWER_TOO_LARGE: row('never', 400, 'The viewer leaves no room for images: take the parts out that a disc does not need.'),
  DISC_VIEWER_DICOM: row('never', 400, 'The viewer package holds DICOM files, which readers would import with the images: remove its samples.'),
  DISC_VIEWER_INSTALLED: row('operator', 409, 'This version of the viewer is installed with other content: remove it first, or give the package another version.'),
  DISC_VIEWER_UNKNOWN: row('operator', 404, 'No such viewer is installed: install its package, or correct the id and version.'),
  DISC_VIEWER_CHANGED: row('operator', 500, 'The files of an installed viewer are no longer what was installed: remove the viewer and install it again.'),
  DISC_LABEL_FAILED: row('operator', 500, 'The label could not be rendered: check the label template.'),
  ROBOT_OUT_OF_DISCS: row('operator', 409, 'The input bin has no blank disc: put in blanks; work goes on by itself.'),
  ROBOT_OUTPUT_FULL: row('operator', 409, 'The output bin is full: take the discs out; work goes on by itself.'),
  ROBOT_WRONG_MEDIA: row('operator', 409, 'The bin holds wrong, used or too small discs: replace them.'),
  ROBOT_INK_LOW: row('operator', 409, 'Ink is low: keep a cartridge ready.'),
  ROBOT_INK_EMPTY: row('operator', 409, 'Ink is empty: change the cartridge; work goes on by itself.'),
  ROBOT_PRINTER_FAULT: row('operator', 409, 'The printer reports a fault: look at the robot, then resume.'),
  ROBOT_DRIVE_FAULT: row('auto', 409, 'A drive is failing: work goes on with the others; have it looked at.'),
  ROBOT_WRITE_FAILED: row('auto', 409, 'The disc could not be written: it was rejected and is made again on another blank.'),
  ROBOT_VERIFY_FAILED: row('auto', 409, 'The disc does not read back as written: it was rejected and is made again on another blank.'),
  ROBOT_JAM: row('operator', 409, 'The robot is jammed: clear it, then resume.'),
  ROBOT_COVER_OPEN: row('operator', 409, 'The robot is paused or its cover is open: close it.'),
  ROBOT_LINK_LOST: row('auto', 503, 'No sign of life from the robot: check its power, cable and software.'),
  ROBOT_NO_SPACE: row('operator', 507, 'The work disk of the robot is full: make room.'),
  ROBOT_JOB_INVALID: row('never', 400, 'The robot refuses the job: see its reason in the report of the order.'),
  ROBOT_CANCELLED: row('never', 409, 'The job was cancelled.'),
  ROBOT_JOB_LOST: row('operator', 409, 'It is not known whether this disc was made: look in the bins, then say what was found.', undefined, 'unknown'),
  ROBOT_UNKNOWN: row('operator', 500, 'The robot reports something this version does not know: look at the robot.', undefined, 'unknown'),
  CONFIG_INVALID: row('operator', 500, 'The configuration has mistakes: correct the named settings.'),
  CONFIG_TLS: row('operator', 500, 'Key, certificate or authorities for TLS cannot be used: correct the named file.'),
  CONFIG_PORT_TAKEN: row('operator', 500, 'Another program listens on this port: stop it, or choose another port with the named setting.'),
  CONFIG_HOME_IN_USE: row('operator', 500, 'Another appliance runs on this home folder: stop it, or choose another SPINDLE_HOME.'),
  CONFIG_PLATFORM: row('never', 500, 'This platform is not supported: use Linux on x64 or arm64 with glibc.'),
  CONFIG_TEMPORAL_SERVER: row('operator', 500, 'No Temporal server could be had: see the named ways.'),
  CONFIG_DATABASE: row('operator', 500, 'The embedded database does not start: see its log in the home folder.'),
  CONFIG_PROCESS: row('operator', 500, 'A process of the appliance does not start: see its log in the home folder.'),
  API_INVALID: row('never', 400, 'The request is not as described: see the named fields.'),
  API_UNAUTHENTICATED: row('never', 401, 'Sign in by the link printed at start, or send the token of the file api-token.'),
  API_FORBIDDEN: row('never', 403, 'This is not allowed here.'),
  API_NOT_FOUND: row('never', 404, 'There is no such resource.'),
  API_UNAVAILABLE: row('auto', 503, 'A part of the appliance is out of reach just now: try again in a moment.'),
  API_INTERNAL: row('auto', 500, 'Something went wrong inside: try again; the log names it by the correlation id.'),
} as const satisfies Record<string, ErrorRow>;

export type ErrorCode = keyof typeof ERRORS;

/** Facts beside an error: never patient data, never secrets. */
export type ErrorDetails = Readonly<Record<string, string | number | boolean | readonly string[] | null>>;

/** The one error of all libraries. The message is fit for a log: code, then what happened, never patient data. */
export class ApplianceError extends Error {
  readonly code: ErrorCode;
  readonly details: ErrorDetails;

  constructor(code: ErrorCode, what: string, options: { details?: ErrorDetails; cause?: unknown } = {}) {
    super(`${code}: ${what}`, options.cause === undefined ? {} : { cause: options.cause });
    this.name = 'ApplianceError';
    this.code = code;
    this.details = options.details ?? {};
  }

  get row(): ErrorRow {
    return ERRORS[this.code];
  }
}

/** True when `error` is ours and carries one of the codes (any code when none is given). */
export const isApplianceError = (error: unknown, ...codes: readonly ErrorCode[]): error is ApplianceError =>
  error instanceof ApplianceError && (codes.length === 0 || codes.includes(error.code));
