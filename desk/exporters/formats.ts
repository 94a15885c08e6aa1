/** The formats in which decisions go out. This file knows nothing of Node: the contract names them in a window, too. */
export const EXPORT_FORMATS = ['csv', 'jsonl', 'parquet', 'label-studio', 'argilla'] as const;
export type ExportFormat = (typeof EXPORT_FORMATS)[number];
