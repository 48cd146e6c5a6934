using System.Globalization;
using System.Text;
using AiGateway.Pipeline;
using AiGateway.Storage.Ledger;
using AiGateway.TestKit;
using AiGateway.Tests.Accounting.Ledger;

namespace AiGateway.Tests.Storage.Ledger;

/// <summary>Amounts as the ledger's sums hold them: each digit comes back, and what is none is said.</summary>
public sealed class RollupRowTests
{
    [Fact]
    public void RandomAmounts_ComeBack_DigitByDigit()
    {
        var random = SeededRandom.From(20261122);
        for (var i = 0; i < 20_000; i++)
        {
            var amount = (random.Chance(0.5) ? LedgerFixture.Amount(random) : new decimal(random.Next(), random.Next(), random.Chance(0.3) ? random.Next() : 0, isNegative: false, (byte)random.Next(29))) * (random.Chance(0.2) ? -1 : 1);
            var text = random.Chance(0.5) ? UsdText.Format(amount) : amount.ToString(CultureInfo.InvariantCulture);

            Assert.True(RollupRow.Amount(Encoding.UTF8.GetBytes(text)) == amount && RollupRow.Amount(text) == amount, $"seed {random.Seed}: {text}");
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData(".")]
    [InlineData("-")]
    [InlineData("NaN")]
    [InlineData("1e5")]
    [InlineData("0.1.2")]
    [InlineData("1,000")]
    [InlineData("0x10")]
    [InlineData("12345678901234567890123456789012345")]
    public void WhatIsNoAmount_IsSaid(string text)
    {
        Assert.Contains(text, Assert.Throws<InvalidDataException>(() => RollupRow.Amount(Encoding.UTF8.GetBytes(text))).Message, StringComparison.Ordinal);
        Assert.Throws<InvalidDataException>(() => RollupRow.Amount(text));
    }
}
