/**
 * The port between the compose activities and the libraries that make a volume: one folder per volume below the spool.
 * Folder names come from the catalog and hold no patient data.
 */
import type { DiscLog } from '../catalog/books/disc-log.ts';
import type { VolumeInstance } from '../catalog/books/instance-index.ts';
import type { FirstMaking, OrderRow, ReportEntry, VolumeRow, VolumeToCompose } from '../catalog/books/order-book.ts';
import type { ContentOptions } from '../disc/order/content.ts';
import type { SeriesWeight } from '../disc/order/order.ts';

export interface ComposedVolume {
  readonly imageBytes: number;
  readonly imageSha256: string;
  /** What the gate read back and accepted. */
  readonly certificate: unknown;
  readonly instances: readonly { readonly instanceId: number; readonly fileId: string; readonly sha256: string }[];
  readonly leftOff: readonly number[];
}

export interface VolumeSpool {
  /** Makes the files of an order that cannot go on a disc as stored; what an earlier call made is used again. Answers the sizes that volumes are planned by. */
  prepare(work: {
    readonly order: { readonly orderId: string; readonly options: Pick<OrderRow['options'], 'content'> };
    readonly instances: readonly VolumeInstance[];
    /** The making that a disc made again goes back to. */
    readonly making: FirstMaking;
    /** Instances that may leave on teaching copies though a person had to look at them. */
    readonly released: ReadonlySet<number>;
    readonly signal: AbortSignal;
    readonly onProgress: (done: number, total: number) => void;
  }): Promise<readonly SeriesWeight[]>;
  /** Bytes that each volume of an order spends on files beside its instances and pages. */
  extraBytes(order: { readonly content: ContentOptions; readonly original: Pick<FirstMaking, 'certificate'> | undefined }): Promise<number>;
  /** Composes and gates the image; an image that is already there complete and gated is answered again. */
  compose(work: {
    readonly volume: VolumeRow;
    readonly order: OrderRow;
    readonly others: VolumeToCompose['others'];
    readonly original: VolumeToCompose['original'];
    readonly instances: readonly VolumeInstance[];
    readonly signal: AbortSignal;
    readonly onProgress: (doneBytes: number, totalBytes: number) => void;
  }): Promise<{ readonly composed: ComposedVolume; readonly report: readonly ReportEntry[] }>;
  /** Renders the label of one job from what the gate read back. */
  label(facts: Awaited<ReturnType<DiscLog['labelFacts']>>): Promise<void>;
  /**
   * Delivers the copy of one job beside a disc and reads it back; a copy that an interrupted call finished is answered again.
   * Answers its path. @throws DISC_TARGET_ codes
   */
  deliver(facts: Awaited<ReturnType<DiscLog['labelFacts']>>, signal: AbortSignal): Promise<string>;
  drop(volume: VolumeRow): Promise<void>;
  /** Removes what preparing made, and the passphrase, once no volume of the order is composed any more. */
  dropOrder(orderId: string): Promise<void>;
}
