using FsCheck;
using FsCheck.Fluent;
using Worker.Onnx.Graph;

namespace Worker.Onnx.Tests.Graph;

public class ChannelQuantisationTests
{
    [Fact]
    public void Every_weight_comes_back_within_half_a_level_of_its_column()
    {
        Check.One(Config.QuickThrowOnFailure, Prop.ForAll(ArbMap.Default.ArbFor<NormalFloat[]>(), numbers =>
        {
            const int Outputs = 3;
            var matrix = numbers.Select(n => (float)Math.Clamp(n.Item, -1e6, 1e6))
                .Take(numbers.Length / Outputs * Outputs).ToArray();
            var (levels, scales) = ChannelQuantisation.Quantise(matrix, Outputs);
            for (var i = 0; i < matrix.Length; i++)
            {
                var scale = scales[i % Outputs];
                Assert.InRange(levels[i], -ChannelQuantisation.MaxLevel, ChannelQuantisation.MaxLevel);
                Assert.True(MathF.Abs(levels[i] * scale - matrix[i]) <= 0.5001f * scale,
                    $"{matrix[i]} became {levels[i]} of {scale}");
            }
        }));
    }

    [Fact]
    public void Columns_are_scaled_apart_and_a_column_of_zeros_stays_zero()
    {
        var (levels, scales) = ChannelQuantisation.Quantise([1, 100, 0, -0.5f, 25, 0], 3);
        Assert.Equal([64, 64, 0, -32, 16, 0], levels.Select(l => (int)l));
        Assert.Equal(1f / 64, scales[0]);
        Assert.Equal(100f / 64, scales[1]);
        Assert.True(float.IsFinite(scales[2]) && scales[2] > 0);
    }

    [Fact]
    public void Two_products_with_the_largest_activation_fit_16_bits() =>
        Assert.InRange(2 * byte.MaxValue * ChannelQuantisation.MaxLevel, 0, short.MaxValue);
}
