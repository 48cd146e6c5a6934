namespace AiGateway.LoadTest.Http;

/// <summary>Questions as people ask a help page: some 12 to 20 tokens, English, no two of one kind alike.</summary>
/// <remarks>Made of lists, because what is measured is time, which does not depend on what a question means but on its length and on how many there are.</remarks>
internal static class Questions
{
    private static readonly string[] Deeds =
        ["renew", "cancel", "replace", "register", "insure", "sell", "repair", "export", "rent", "return"];

    private static readonly string[] Things =
    [
        "a passport", "a library card", "a bicycle", "an old laptop", "a parking permit", "a gym membership", "a music subscription", "a wedding ring",
        "a fishing licence", "a mobile phone", "a broken window", "a family car", "a garden shed", "a train ticket", "a hotel booking", "a student loan",
        "a washing machine", "a coffee grinder", "a camera lens", "a winter coat", "a piano", "a tennis racket", "a sailing boat", "a credit card",
        "a house key", "a leather sofa", "a dog licence", "a drawing tablet", "a telescope", "a kitchen knife", "a rain jacket", "a violin",
        "a garage door", "a water meter", "a street stall", "a magazine subscription", "a travel visa", "a health card", "a concert ticket", "a storage room",
    ];

    private static readonly string[] Places =
    [
        "Norway", "Portugal", "Japan", "Chile", "Canada", "Kenya", "India", "Iceland", "Greece", "Peru", "Ireland", "Austria", "Belgium", "Brazil", "Croatia",
        "Cuba", "Cyprus", "Denmark", "Egypt", "Estonia", "Finland", "France", "Germany", "Ghana", "Hungary", "Israel", "Italy", "Jamaica", "Jordan", "Latvia",
        "Lithuania", "Malta", "Mexico", "Morocco", "Nepal", "Oman", "Poland", "Romania", "Serbia", "Singapore", "Slovenia", "Spain", "Sweden", "Thailand", "Tunisia",
        "Turkey", "Uganda", "Uruguay", "Vietnam", "Zambia",
    ];

    /// <summary>How many questions there are of each kind.</summary>
    public static int Count => Deeds.Length * Things.Length * Places.Length;

    /// <summary>The question that is kept.</summary>
    /// <param name="number">Which, from 0 to <see cref="Count"/> - 1.</param>
    public static string Kept(int number) => $"How can I {Deed(number)} in {Place(number)} when I have just moved there?";

    /// <summary>The same question in other words.</summary>
    /// <param name="number">Which, from 0 to <see cref="Count"/> - 1.</param>
    public static string Asked(int number) => $"What is the easiest way for a newcomer to {Deed(number)} in {Place(number)}?";

    private static string Deed(int number) => $"{Deeds[number % Deeds.Length]} {Things[number / Deeds.Length % Things.Length]}";

    private static string Place(int number) => Places[number / (Deeds.Length * Things.Length) % Places.Length];
}
