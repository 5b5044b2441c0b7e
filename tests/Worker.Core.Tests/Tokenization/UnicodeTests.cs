using System.Diagnostics;
using System.Globalization;
using System.Text;
using Worker.Core.Tokenization.Unicode;

namespace Worker.Core.Tests.Tokenization;

public class UnicodeTests
{
    private const string InvariantVariable = "DOTNET_SYSTEM_GLOBALIZATION_INVARIANT";

    private static readonly UnicodeCategory[] Punctuation =
    [
        UnicodeCategory.ConnectorPunctuation, UnicodeCategory.DashPunctuation, UnicodeCategory.OpenPunctuation,
        UnicodeCategory.ClosePunctuation,
        UnicodeCategory.InitialQuotePunctuation, UnicodeCategory.FinalQuotePunctuation,
        UnicodeCategory.OtherPunctuation,
    ];

    /// <summary>
    /// Characters of a category in Unicode 8.0 are still in it today, except for a few that were moved.
    /// </summary>
    [Fact]
    public void Frozen_categories_are_those_of_the_framework_or_were_moved_since()
    {
        Assert.Equal([0x166D, 0x111C9], Strangers(CategoryRanges.Punctuation, Punctuation));
        Assert.Equal(
            [0x1734, 0x1171E], Strangers(
                CategoryRanges.NonSpacingMarks, [UnicodeCategory.NonSpacingMark], decomposedToo: false));
        Assert.Empty(
            Strangers(
                CategoryRanges.ControlFormatPrivate, [UnicodeCategory.Control, UnicodeCategory.Format,
                UnicodeCategory.PrivateUse]));
    }

    /// <summary>Below U+0500 nothing has been added since Unicode 8.0 that these categories could miss.</summary>
    [Fact]
    public void Frozen_categories_miss_no_old_character()
    {
        for (var c = 0x80; c < 0x0500; c++)
        {
            var category = CharUnicodeInfo.GetUnicodeCategory(c);
            Assert.Equal(Punctuation.Contains(category), CategoryRanges.Contains(CategoryRanges.Punctuation, c));
            Assert.Equal(category is UnicodeCategory.Control or UnicodeCategory.Format,
                CategoryRanges.Contains(CategoryRanges.ControlFormatPrivate, c));
            if (!Decomposes(c))
                Assert.Equal(category == UnicodeCategory.NonSpacingMark,
                    CategoryRanges.Contains(CategoryRanges.NonSpacingMarks, c));
        }
    }

    [Fact]
    public void Ranges_ascend_without_overlap()
    {
        AssertAscending(CategoryRanges.Punctuation);
        AssertAscending(CategoryRanges.NonSpacingMarks);
        AssertAscending(CategoryRanges.ControlFormatPrivate);
        AssertAscending(CategoryRanges.Chinese);
    }

    [Theory]
    [InlineData(0x4E00, true)]
    [InlineData(0x9FFF, true)]
    [InlineData(0xA000, false)]
    [InlineData(0x33FF, false)]
    [InlineData(0x2B820, false)]
    [InlineData(0x2B920, true)]
    [InlineData(0x2FA1F, true)]
    [InlineData(0x2FA20, false)]
    public void Ranges_include_both_bounds(int codePoint, bool chinese) =>
        Assert.Equal(chinese, CategoryRanges.Contains(CategoryRanges.Chinese, codePoint));

    /// <summary>
    /// Runs itself again in a process with invariant globalization, where creating a tokenizer must fail.
    /// </summary>
    [Fact]
    public async Task Invariant_globalization_is_refused()
    {
        if (Environment.GetEnvironmentVariable(InvariantVariable) == "1")
        {
            var error = Assert.Throws<MissingUnicodeDataException>(() => Tokenizers.MiniLm);
            Assert.Contains("invariant globalization", error.Message, StringComparison.Ordinal);
            return;
        }
        var itself = $"{typeof(UnicodeTests).FullName}.{nameof(Invariant_globalization_is_refused)}";
        var start = new ProcessStartInfo(Environment.ProcessPath!, ["-method", itself])
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
        };
        start.Environment[InvariantVariable] = "1";
        using var process = Process.Start(start)!;
        var output = await process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.True(process.ExitCode == 0 && output.Contains("Total: 1", StringComparison.Ordinal), output);
    }

    /// <param name="decomposedToo">Whether characters that are decomposed before they are looked up count.</param>
    private static List<int> Strangers(ReadOnlySpan<int> ranges, UnicodeCategory[] categories, bool decomposedToo =
        true)
    {
        var strangers = new List<int>();
        for (var i = 0; i < ranges.Length; i += 2)
            for (var c = ranges[i]; c <= ranges[i + 1]; c++)
                if (!categories.Contains(CharUnicodeInfo.GetUnicodeCategory(c)) && (decomposedToo || !Decomposes(c)))
                    strangers.Add(c);
        return strangers;
    }

    private static bool Decomposes(int codePoint) =>
        !new Rune(codePoint).ToString().IsNormalized(NormalizationForm.FormD);

    private static void AssertAscending(ReadOnlySpan<int> ranges)
    {
        Assert.Equal(0, ranges.Length % 2);
        for (var i = 1; i < ranges.Length; i++)
            Assert.True(i % 2 == 1 ? ranges[i] >= ranges[i - 1] : ranges[i] > ranges[i - 1] + 1, $"{ranges[i]:X}");
    }
}
