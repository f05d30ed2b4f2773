// Errors of the API: google.rpc.Status with an ErrorInfo.

export interface Violation {
  field: string;
  description: string;
}

// Failure is an error with all that the page needs to explain it.
export class Failure extends Error {
  override readonly name = "Failure";
  constructor(
    message: string,
    readonly reason: string,
    readonly metadata: Record<string, string> = {},
    readonly violations: Violation[] = [],
    readonly retryAfter = 0,
    readonly requestId = "",
  ) {
    super(message);
  }

  // The step that failed, where the API names one.
  get step(): string {
    return this.metadata.step ?? "";
  }

  // Whether the failed run counted, where the API knows.
  get counted(): boolean | undefined {
    return this.metadata.counted ? this.metadata.counted === "true" : undefined;
  }
}

interface Detail {
  "@type"?: string;
  reason?: string;
  metadata?: Record<string, string>;
  fieldViolations?: Partial<Violation>[];
  retryDelay?: string;
}

interface Status {
  message?: string;
  details?: Detail[];
}

function isStatus(body: unknown): body is Status {
  return typeof body === "object" && body !== null && typeof (body as Status).message === "string";
}

// failureOf parses the body of an error. A body that is not from the API (a proxy's
// page) becomes UNAVAILABLE, and the page does not show its text.
export function failureOf(body: unknown, response?: Response): Failure {
  const requestId = response?.headers.get("x-request-id") ?? "";
  const parsed = typeof body === "string" ? parse(body) : body;
  if (!isStatus(parsed)) {
    if (response?.status === 413)
      return new Failure("The request is too large for this server.", "REQUEST_TOO_LARGE", {}, [], 0, requestId);
    return new Failure("The server sent an unexpected answer.", "UNAVAILABLE", {}, [], 0, requestId);
  }
  let reason = "INTERNAL";
  let metadata: Record<string, string> = {};
  let violations: Violation[] = [];
  let retryAfter = Number(response?.headers.get("retry-after") ?? 0) || 0;
  for (const d of parsed.details ?? []) {
    if (d.reason) {
      reason = d.reason;
      metadata = d.metadata ?? {};
    }
    if (d.fieldViolations)
      violations = d.fieldViolations.map((v) => ({ field: v.field ?? "", description: v.description ?? "" }));
    if (d.retryDelay) retryAfter = parseFloat(d.retryDelay) || retryAfter;
  }
  return new Failure(parsed.message ?? "", reason, metadata, violations, retryAfter, requestId);
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

// networkFailure describes a request that got no answer.
export function networkFailure(cause: unknown): Failure {
  if (cause instanceof Failure) return cause;
  if (cause instanceof DOMException && cause.name === "AbortError")
    return new Failure("You cancelled the run.", "CANCELLED");
  return new Failure("The server cannot be reached.", "UNREACHABLE");
}
