/** Refusals are recorded; the history of verdicts, jobs and what rules make of both go on whatever is uploaded. */
export const inTheBackground = [
  'upload_faults',
  'verdict_days',
  'verdict_marks',
  'target_outlooks',
  'job_runs',
  'alert_marks',
  'alerts',
  'alert_transitions',
  'alert_told',
  'alert_withheld',
  'outbox',
  'delivery_attempts',
];
