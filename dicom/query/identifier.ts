/** The identifier of a C-FIND request → a query of the catalog, or the reason why it is none. */
import type { CatalogQuery, QueryCondition } from '../../catalog/books/query-book.ts';
import { ApplianceError, isApplianceError } from '../../infra/errors.ts';
import { strings, text, trimPadding } from '../data-set/data-set.ts';
import type { DataSet } from '../data-set/data-set.ts';
import { readElements } from '../data-set/read-elements.ts';
import { decoderFor } from '../data-set/text-decoder.ts';
import { QUERY_ATTRIBUTES, QUERY_CONTROL_TAGS, QUERY_LEVELS, UNIQUE_KEY, isAtOrAbove, queryAttributeByTag } from '../tables/query-attributes.ts';
import type { QueryAttribute, QueryLevel } from '../tables/query-attributes.ts';
import type { QueryModel } from '../tables/query-models.ts';
import { TAG } from '../tables/tags.ts';
import { combined, matchingOf } from './matching.ts';
import type { MatchingOptions } from './matching.ts';

export interface FindRequest {
  readonly query: CatalogQuery;
  /** Values of (0008,0005) in the request. */
  readonly characterSet: readonly string[];
  /** What is answered: asked for, or a unique key of this or a higher level. By ascending tag. */
  readonly answered: readonly QueryAttribute[];
  /** Control attributes that were asked for by name. */
  readonly asked: ReadonlySet<number>;
  /** A key was asked for or given a value that is not supported. @source PS3.4 C.4.1.1.4 (FF01) */
  readonly hasUnsupportedKeys: boolean;
}

export interface IdentifierOptions extends MatchingOptions {
  readonly model: QueryModel;
  readonly isRelational: boolean;
  readonly isCombinedDateTime: boolean;
}

const hex = (tag: number): string => tag.toString(16).padStart(8, '0');

const mismatch = (what: string, ...tags: readonly number[]): ApplianceError =>
  new ApplianceError('QUERY_IDENTIFIER_MISMATCH', what, { details: { offendingElements: tags.map(hex) } });

const read = (identifier: Buffer, transferSyntaxUid: string): DataSet => {
  try {
    return readElements(identifier, transferSyntaxUid);
  } catch (cause) {
    if (!isApplianceError(cause)) throw cause;
    throw new ApplianceError('QUERY_CANNOT_UNDERSTAND', 'identifier cannot be read', { cause });
  }
};

const levelOf = (dataSet: DataSet, { model }: IdentifierOptions): QueryLevel => {
  const said = text(dataSet, TAG.QueryRetrieveLevel, decoderFor([]));
  const level = QUERY_LEVELS.find((known) => known === said);
  if (level === undefined || !model.levels.includes(level)) throw mismatch(said === '' ? 'Query/Retrieve Level is missing' : 'Query/Retrieve Level is none of this information model', TAG.QueryRetrieveLevel);
  return level;
};

const uniqueKeyOf = (level: QueryLevel): QueryAttribute => {
  const found = QUERY_ATTRIBUTES.find((row) => row.field === UNIQUE_KEY[level]);
  if (found === undefined) throw new TypeError(`no unique key at ${level}`);
  return found;
};

/**
 * Without relational queries the unique keys of the higher levels are to be there. Other keys of higher levels are taken in
 * their place, as many callers send them; a query that has neither would walk through everything below the root and is refused.
 * @source PS3.4 C.4.1.2.1, C.4.1.3.1; the exception is ours
 */
const checkHierarchy = (level: QueryLevel, conditions: readonly QueryCondition[], options: IdentifierOptions): void => {
  if (options.isRelational) return;
  const above = options.model.levels.filter((other) => other !== level && isAtOrAbove(other, level));
  const given = new Set(conditions.flatMap((condition) => (condition.kind === 'moment' ? ['studyDate'] : [condition.field])));
  const missing = above.map(uniqueKeyOf).filter((key) => !given.has(key.field));
  const hasOthers = QUERY_ATTRIBUTES.some((row) => given.has(row.field) && row.level !== level && isAtOrAbove(row.level, level));
  if (missing.length > 0 && !hasOthers) throw mismatch('unique keys of the higher levels are missing', ...missing.map((key) => key.tag));
};

/**
 * Reads and checks an identifier.
 * @throws {ApplianceError} QUERY_CANNOT_UNDERSTAND, QUERY_IDENTIFIER_MISMATCH
 * @source PS3.4 C.4.1.1.3.1, C.4.1.2, C.4.1.3
 */
export const readIdentifier = (identifier: Buffer, transferSyntaxUid: string, options: IdentifierOptions): FindRequest => {
  const dataSet = read(identifier, transferSyntaxUid);
  const level = levelOf(dataSet, options);
  const characterSet = strings(dataSet, TAG.SpecificCharacterSet, decoderFor([]));
  const decode = decoderFor(text(dataSet, TAG.SpecificCharacterSet, decoderFor([])).split('\\'));
  const conditions: QueryCondition[] = [];
  const wanted = new Set<QueryAttribute>(QUERY_LEVELS.filter((other) => isAtOrAbove(other, level)).map(uniqueKeyOf));
  const asked = new Set<number>();
  let hasUnsupportedKeys = false;
  for (const element of dataSet.elements.values()) {
    const { tag } = element;
    if (QUERY_CONTROL_TAGS.has(tag)) asked.add(tag);
    if (QUERY_CONTROL_TAGS.has(tag) || (tag & 0xffff) === 0) continue;
    const attribute = queryAttributeByTag.get(tag);
    if (attribute === undefined || !isAtOrAbove(attribute.level, level)) {
      hasUnsupportedKeys = true;
      continue;
    }
    wanted.add(attribute);
    const value = trimPadding(decode(element.value, attribute.vr));
    const matched = matchingOf(attribute, value, options);
    if (matched === 'invalid') throw mismatch('a key has a value that its VR does not allow', tag);
    if (matched !== 'universal') conditions.push(matched);
    else if (attribute.matching === 'none' && value !== '') hasUnsupportedKeys = true;
  }
  checkHierarchy(level, conditions, options);
  const answered = [...wanted].sort((a, b) => a.tag - b.tag);
  return {
    characterSet, answered, asked, hasUnsupportedKeys,
    query: {
      level, conditions: options.isCombinedDateTime ? combined(conditions) : conditions, fields: new Set(answered.map((attribute) => attribute.field)),
      wantsFileSet: asked.has(TAG.StorageMediaFileSetID) || asked.has(TAG.StorageMediaFileSetUID),
    },
  };
};
