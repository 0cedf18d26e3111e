"""Which companies of the trade a title speaks of, by their own names or by those of their products. Pure."""

import re
from collections.abc import Mapping
from functools import lru_cache

COMPANIES: Mapping[str, str] = {
    "AI21": r"AI21",
    "AMD": r"AMD|Advanced Micro Devices",
    "Alibaba": r"(?i:alibaba|aliyun)",
    "Amazon": r"Amazon(?!\s+(?i:rain|river|basin|forest|deforestation))|AMAZON|AWS",
    "Anthropic": r"(?i:anthropic)(?!\s+principle)",
    "Apple": r"Apple(?!\s+(?i:pie|cider|juice))|APPLE",
    "Arm": r"Arm(?=\s+(?:Holdings|chips?|CPUs?|shares)|['’]s)|ARM",
    "Baidu": r"(?i:baidu)",
    "ByteDance": r"(?i:bytedance)",
    "Cerebras": r"(?i:cerebras)",
    "Cohere": r"Cohere|COHERE",
    "CoreWeave": r"(?i:coreweave)",
    "Cursor": r"Cursor|Anysphere",
    "Databricks": r"(?i:databricks)",
    "DeepSeek": r"(?i:deep[ -]?seek)",
    "ElevenLabs": r"(?i:eleven ?labs)",
    "Figure": r"Figure AI",
    "Google": r"(?i:google(?!\s+news)|deep ?mind)|Alphabet|Waymo",
    "Groq": r"(?i:groq)",
    "Huawei": r"(?i:huawei)",
    "Hugging Face": r"(?i:hugging ?face)",
    "IBM": r"IBM",
    "Inflection": r"Inflection AI",
    "Intel": r"Intel(?!\s+(?i:agency|chiefs?|officials?|reports?))|INTEL",
    "Lovable": r"Lovable",
    "Meta": r"Meta(?!-|\s+(?i:analys|description|tag))|META|(?i:facebook|instagram|whatsapp)",
    "MiniMax": r"(?i:minimax)(?! algorithm)",
    "Microsoft": r"(?i:microsoft|github|linkedin)|Azure",
    "Midjourney": r"(?i:midjourney)",
    "Mistral": r"Mistral|MISTRAL",
    "Moonshot": r"(?i:moonshot ai)|Moonshot(?=['’]s)",
    "Nvidia": r"(?i:nvidia)",
    "OpenAI": r"(?i:open ?ai)(?!\w)|Sam Altman",
    "Oracle": r"Oracle|ORACLE",
    "Palantir": r"(?i:palantir)",
    "Perplexity": r"Perplexity(?! (?i:of|score))|PERPLEXITY",
    "Qualcomm": r"(?i:qualcomm)",
    "Replit": r"(?i:replit)",
    "Runway": r"Runway(?= (?:AI|ML|Gen|unveils|launches|raises|releases)|['’]s)",
    "SSI": r"(?i:safe superintelligence)",
    "Sakana": r"(?i:sakana(?: ai)?)",
    "Salesforce": r"(?i:salesforce)",
    "Samsung": r"(?i:samsung)",
    "Scale": r"Scale AI",
    "Snowflake": r"Snowflake",
    "Stability": r"Stability AI|(?i:stable diffusion)",
    "Suno": r"Suno",
    "TSMC": r"TSMC",
    "Tencent": r"(?i:tencent)",
    "Tesla": r"Tesla|TESLA",
    "Thinking Machines": r"Thinking Machines",
    "Uber": r"Uber|UBER",
    "Z.ai": r"Z\.ai|(?i:zhipu)",
    "xAI": r"xAI|XAI",
}
"""The name that we use, and a pattern of the names under which a company is written about. Words that mean something
else in small letters (apple, meta, oracle) count in their capitalised form only.
"""

PRODUCTS: Mapping[str, str] = {
    "Alibaba": r"(?i:qwen)\w*",
    "Amazon": r"Bedrock|(?i:trainium|inferentia)|Alexa",
    "Anthropic": r"Claude(?! (?i:monet|debussy))|CLAUDE",
    "Apple": r"(?i:iphone|ipad|macbook|siri|vision pro)",
    "Baidu": r"(?i:ernie)",
    "ByteDance": r"(?i:doubao|tiktok|seedance)",
    "Google": r"Gemini|GEMINI|Gemma|(?i:notebooklm|youtube|alphafold|alphago)|TPUs?|Veo|Android",
    "Meta": r"(?i:llama)\b(?!\.cpp)",
    "Microsoft": r"Copilot|(?i:windows 1[01]|xbox)|Phi-\d",
    "Mistral": r"(?i:mixtral|codestral|devstral|le chat)",
    "Moonshot": r"Kimi",
    "Nvidia": r"(?i:blackwell|geforce|cuda)|GB?[23]00|[HB][12]00|DGX",
    "OpenAI": r"(?i:chat ?gpt)|(?i:gpt)-?\d\w*|(?i:gpt-oss)|Sora|Codex|DALL[-·]E",
    "Z.ai": r"GLM-?\d\w*",
    "xAI": r"Grok|GROK",
}
"""The same for products: for each company, a pattern of what it makes and others do not."""


def _compiled(names: Mapping[str, str]) -> tuple[tuple[str, re.Pattern[str]], ...]:
    return tuple((company, re.compile(rf"(?<![\w-])(?:{pattern})(?!\w)")) for company, pattern in names.items())


_ANY = re.compile("|".join((*COMPANIES.values(), *PRODUCTS.values())))
"""Most titles name nobody, which this says at once."""
_BY_NAME = _compiled(COMPANIES)
_BY_PRODUCT = _compiled(PRODUCTS)


@lru_cache(maxsize=32_768)
def named(title: str) -> frozenset[str]:
    """The companies that *title* names by their own names."""
    return frozenset(company for company, pattern in _BY_NAME if pattern.search(title))


@lru_cache(maxsize=32_768)
def made(title: str) -> frozenset[str]:
    """The companies whose products *title* names."""
    return frozenset(company for company, pattern in _BY_PRODUCT if pattern.search(title))


def companies(title: str) -> frozenset[str]:
    """The companies that *title* is about: *ChatGPT gets ads* is about OpenAI."""
    return named(title) | made(title) if _ANY.search(title) else frozenset()
