"""What an answer costs on AWS at list prices, whether or not this one was played there.

Prices: us-east-1, x86, on demand (aws.amazon.com/lambda/pricing and aws.amazon.com/api-gateway/pricing, 2025): requests
$0.20 a million, $0.0000166667 a GB-second billed by the millisecond; an HTTP API call $1.00 a million.
"""

from __future__ import annotations

from math import ceil

CALL_USD = 0.20e-6 + 1.00e-6
GB_SECOND_USD = 0.0000166667
MEMORY_GB = 0.5
"""What a manifest asks for unless it says otherwise."""


def answer_usd(compute_ms: float) -> float:
    """Return what one answer that computed for ``compute_ms`` costs, in US dollars."""
    return CALL_USD + MEMORY_GB * ceil(max(1.0, compute_ms)) / 1000 * GB_SECOND_USD
