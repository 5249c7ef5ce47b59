/** See build-dashboard.mjs. */
export function buildDashboard(): void
