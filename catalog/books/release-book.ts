/** Which instances a person has looked at and lets leave the house. */

/** For what something may leave the house that would be held back. */
export type ReleasePurpose = 'teaching';

export interface InstanceRelease {
  readonly by: string;
  readonly at: Date;
  /** What the person wrote; may name the patient, so it is shown but neither logged nor sent on. */
  readonly reason: string;
}

export interface ReleaseBook {
  /** Lets instances leave; those that may already are passed over. Answers how many are new. @throws CATALOG_NOT_FOUND */
  release(instanceIds: readonly number[], how: { readonly purpose: ReleasePurpose; readonly who: string; readonly reason: string }): Promise<number>;
  /** Takes a release back; discs that were made stay as they are. @throws CATALOG_NOT_FOUND */
  revoke(instanceId: number, how: { readonly purpose: ReleasePurpose; readonly who: string }): Promise<void>;
  /** Those of the instances that are released. */
  among(instanceIds: readonly number[], purpose: ReleasePurpose): Promise<ReadonlyMap<number, InstanceRelease>>;
}
