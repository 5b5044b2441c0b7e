// Types of the page's modules, for the checker alone: browsers never load this file. The API's contracts in C# are the
// source (Items/ItemContracts.cs and Models/*.cs).

interface Item {
  id: number; text: string; text_cut: boolean; message: Place; at: string; reasons: Reason[]; labels: AskedLabel[];
  blind: boolean; second: boolean; audit: boolean; wanted: number; risk?: number; anomaly_p?: number;
}
interface Place { topic: string; partition: number; offset: number }
interface Reason { reason: string; label?: string; strength: number }
interface AskedLabel {
  label: string; asked: boolean; p?: number; decision?: string; confidence?: string; version?: number;
}
interface Lease { items: Item[]; open: number; leased: number; lease_seconds: number }
interface Agreement { answered: number; agreement?: number }
interface Progress {
  open: number; leased: number; mine: number; all: number; last_hour: number; blind: Agreement; shown: Agreement;
}
interface Person { name: string; scopes: string[] }
interface KnownLabel { label: string; group?: string; description?: string; version?: number; yes: number; no: number }
interface Similar { items: { id: number; text: string; cosine: number }[]; ready: boolean }
interface Bulk { answered: number[]; left: number[] }

interface Head {
  label: string; version: number; encoder: string; feature: string; group?: string; low: number; decide: number;
  high: number; description?: string; positives: number; negatives: number; certified_until?: string;
  challenger?: number; canary?: number;
}
interface Bar { name: string; measured?: number; limit?: number; passed: boolean; sentence: string }
interface HeadVersion {
  version: number; made: string; state: string; sentence: string; alone?: string; bars: Bar[]; by?: string;
  positives: number; negatives: number; f1?: number; log_loss?: number; in_use: boolean;
}
interface Curves {
  version: number; texts: number; precision_recall: { threshold: number; precision: number; recall: number }[];
  reliability: { p: number; observed: number; texts: number }[];
  confusion?: { true_positives: number; false_positives: number; false_negatives: number; true_negatives: number };
}
interface Learning {
  label: string; yes: number; no: number; weak: number; blind: number; disputed: number; new: number;
  last_answer?: string; next: string; version?: number; state?: string; verdict?: string;
}
interface LivePoint {
  at: string; messages_per_second?: number; lag_messages?: number; lag_seconds?: number; latency_p50_ms?: number;
  latency_p99_ms?: number; anomaly_rate?: number; asked_rate?: number; deferred_rate?: number;
}
interface Live {
  history: LivePoint[]; labels: { label: string; rate: number }[]; anomaly_rate?: number; asked_rate?: number;
  deferred_rate?: number; label_history: { label: string; rates: number[] }[];
  sample: {
    at: string; message: Place; decision: string; top?: string; p?: number; confidence?: string; anomaly_p?: number;
    asked: boolean;
  }[];
  drift: {
    label: string; version: number; errors: number; seen: number; lower: number; promised: number | null; alarm: boolean;
  }[];
}

/** What is said to each label. */
type Answers = Record<string, 'yes' | 'no' | 'unknown'>;

/** A request that changes something, until the server has it. */
interface Op {
  key: string; kind: 'answer' | 'skip' | 'bulk' | 'undo'; ids: number[]; path: string; body: object;
  /** Whether it may have arrived: it was sent once, whatever came back. */
  tried: boolean;
}
/** What undo takes back: one response, or one in bulk. */
interface Past { key: string; kind: Op['kind']; item: Item | null; ids: number[]; at: number }

type Child = Node | string | number | null | undefined | false | Child[];
type Cleanup = () => void;

/** What each page is given. */
interface Context { person: Person; outbox: import('./files/review/outbox.js').Outbox; seat: string }
