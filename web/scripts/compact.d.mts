import type { ReportView, Written } from '../src/model/report';

export function compact(value: ReportView): Written<ReportView>;
