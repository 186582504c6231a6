"""Reports and comparisons as one HTML file that needs no other and no network."""

from cvret.evaluation.page.comparing import comparison_page
from cvret.evaluation.page.reporting import report_page
from cvret.evaluation.page.sheets import sheets_page

__all__ = ["comparison_page", "report_page", "sheets_page"]
