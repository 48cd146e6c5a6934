using AiGateway.Accounting.Reconciliation;

namespace AiGateway.Tests.Accounting.Reconciliation;

/// <summary>The rules of docs/features/finance-exports.md by which names on bills are matched with the ledger's.</summary>
public class InvoiceModelTests
{
    [Theory]
    [InlineData("gpt-4o-2024-08-06, input", "gpt-4o")]
    [InlineData("gpt-4o-2024-08-06, cached input", "gpt-4o-2024-11-20")]
    [InlineData("GPT-4o mini", "gpt-4o-mini-2024-07-18")]
    [InlineData("Claude Sonnet 4.5 Usage - Input Tokens", "claude-sonnet-4-5-20250929")]
    [InlineData("Claude Opus 4.1 Usage - Output Tokens, Batch", "claude-opus-4-1")]
    [InlineData("us.anthropic.claude-haiku-4-5-20251001-v1:0", "claude-haiku-4-5")]
    [InlineData("USE1-openai.gpt-oss-120b-mantle-input-tokens-standard", "openai.gpt-oss-120b-1:0", false)]
    [InlineData("USE1-anthropic.claude-opus-5-5-mantle-output-tokens-global-standard", "claude-opus-5-5")]
    [InlineData("gpt 4.1 mini Inp glbl Tokens", "gpt-4.1-mini-2025-04-14")]
    [InlineData("gpt-4o 1120 cached Inp glbl Tokens", "gpt-4o")]
    [InlineData("o4-mini 0416 Outp DZone Tokens", "o4-mini")]
    [InlineData("models/gemini-3-pro", "gemini-3-pro")]
    [InlineData("gpt-4o, input", "gpt-4o-mini", false)]
    [InlineData("gpt-4.1", "gpt-4", false)]
    public void Families_AreAlike(string bill, string ledger, bool alike = true) => Assert.Equal(alike, InvoiceModel.FamilyOf(bill) == InvoiceModel.FamilyOf(ledger));

    [Theory]
    [InlineData("1K", "1000")]
    [InlineData("1M Tokens", "1000000")]
    [InlineData("1000 Tokens", "1000")]
    [InlineData("1K tokens", "1000")]
    [InlineData("Tokens", "1")]
    [InlineData("1 Hour", null)]
    [InlineData("", null)]
    [InlineData("Requests", null)]
    public void Units_AreTokensOrNot(string unit, string? tokens) => Assert.Equal(tokens is null ? null : decimal.Parse(tokens, System.Globalization.CultureInfo.InvariantCulture), InvoiceModel.TokensOf(unit));

    [Theory]
    [InlineData("gpt-4o 1120 Outp glbl Tokens", true)]
    [InlineData("USE1-Claude3Sonnet-output-tokens", true)]
    [InlineData("5.4 opt Gl 1M Tokens", true)]
    [InlineData("USE1-MP:USE1_OutputTokenCount-Units", true)]
    [InlineData("gpt-4o 1120 cached Inp glbl Tokens", false)]
    [InlineData("cache_write", false)]
    [InlineData("reasoning", true)]
    [InlineData("image", null)]
    public void Meters_SayInputOrOutput(string meter, bool? isOutput) => Assert.Equal(isOutput, InvoiceModel.IsOutput(meter));
}
