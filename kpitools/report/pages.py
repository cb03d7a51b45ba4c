"""Which notebook is a KPI's page: its own by name, one that treats several together, or the general one."""

TOGETHER = {
    "brand": ("brand_awareness", "aided_brand_awareness", "customer_engagement"),
    "leads": ("marketing_qualified_leads", "mql_conversion_rate", "lead_to_win_time", "customer_acquisition_cost"),
    "sales": ("sales_growth", "average_profit_margin"),
    "product_quality": ("product_quality", "defects_per_million"),
    "liquidity": ("quick_ratio", "current_ratio", "saas_quick_ratio", "net_revenue_retention", "revenue_churn_rate"),
    "backlog": ("backlog", "backlog_age"),
    "phone": ("average_speed_of_answer", "service_level", "abandonment_rate"),
    "occupancy": ("occupancy", "utilization"),
}
_NOTEBOOK = {kpi: notebook for notebook, kpis in TOGETHER.items() for kpi in kpis}


def notebook_of(kpi: str) -> str:
    """The name of the notebook that is the page of a KPI, if there is one of that name."""
    return _NOTEBOOK.get(kpi, kpi)


def kpis_on(notebook: str) -> tuple[str, ...]:
    """The KPIs of which a notebook is the page."""
    return TOGETHER.get(notebook, (notebook,))
