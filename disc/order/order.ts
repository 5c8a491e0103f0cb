/**
 * What an order is: the words every part of the appliance shares about disc orders, volumes, jobs and discs.
 * Pure: no I/O, no clock, no packages; workflows may import it.
 * @source PS3.3 C.22 (Execution Status, Execution Status Info); CANCELLED and some info codes are ours
 */

import type { ContentOptions } from './content.ts';

export type OrderState = 'PENDING' | 'CREATING' | 'DONE' | 'FAILURE' | 'CANCELLED';

/** Why an order is where it is. Upper part: PS3.3 C.22; lower part: ours. */
export type OrderInfo =
  | 'NORMAL' | 'QUEUED' | 'NO_INSTANCE' | 'SET_OVERSIZED' | 'INST_OVERSIZED' | 'OUT_OF_SUPPLIES' | 'CHECK_MCD_OP' | 'MCD_BUSY' | 'MCD_FAILURE' | 'DIR_PROC_ERR' | 'PROC_FAILURE' | 'INST_AP_CONFLICT' | 'NOT_SUPPORTED'
  | 'HELD' | 'RETRIEVING' | 'RETRIEVE_FAILED' | 'PATIENT_DIFFERS' | 'STUDY_CONFLICT' | 'JOB_LOST' | 'CANCELLED_BY_USER';

export type Grouping = 'series' | 'study' | 'patient';
/** 1 = first (STAT), 3 = ordinary, 5 = last. */
export type Priority = 1 | 2 | 3 | 4 | 5;
/** BD is written once, BD-RE is rewritable; DL has two layers. */
export type Media = 'CD' | 'DVD' | 'DVD-DL' | 'BD' | 'BD-RE' | 'BD-DL' | 'BD-RE-DL';
/** What a volume is made for; 'USB' = files in a folder or a ZIP, on whatever they are carried. */
export type VolumeMedia = Media | 'USB';

export type OrderSource = 'rule' | 'api' | 'page' | 'demo';

/** What is asked for: exactly one level of selection, by catalog ids (never UIDs of patients in workflow arguments). */
export interface OrderSelection {
  readonly patients?: readonly number[];
  readonly studies?: readonly number[];
  readonly series?: readonly number[];
  readonly instances?: readonly number[];
  /** Everything one volume was made from: the same disc again. */
  readonly volume?: number;
}

export interface OrderOptions {
  readonly copies: number;
  readonly media: Media | 'any';
  /** Robot name, or 'any'. */
  readonly robot: string;
  readonly priority: Priority;
  readonly comment: string;
  readonly labelTemplate: string;
  readonly allowSeveralPatients: boolean;
  readonly retention: 'archive' | 'buffer' | 'default';
  readonly content: ContentOptions;
}

/** A stretch of a series in disc order: `from` counts from 0. */
export interface SeriesBlock {
  readonly from: number;
  readonly instances: number;
  readonly bytes: number;
}

/** What one series of an order weighs; all that a volume plan needs. */
export interface SeriesWeight {
  readonly seriesId: number;
  readonly studyId: number;
  readonly instances: number;
  readonly bytes: number;
  /** Where a series may be cut when no medium takes it whole; only large series have blocks. */
  readonly blocks?: readonly SeriesBlock[];
}

/** What of a series goes on one volume; without a stretch all of it. */
export interface SeriesPart {
  readonly seriesId: number;
  readonly from?: number;
  readonly instances?: number;
}
