# Pictures by simple_captcha2 (ruby-simple-captcha2, imagemagick). One JSON request a line, one answer a line: see
# ../debian-generators.ts. The gem asks for Rails and a database row; both are stood in for here.
require 'active_support/all'
require 'base64'
require 'json'

module Rails
  def self.env = ActiveSupport::StringInquirer.new('production')
end
require 'simple_captcha/image'

module SimpleCaptcha
  mattr_accessor :seed, :image_size, :image_style, :distortion, :implode, :font, :noise, :text

  module Utils
    def self.simple_captcha_value(_key) = SimpleCaptcha.text
    def self.run(command, params)
      IO.popen([command, '-seed', SimpleCaptcha.seed.to_s, *params.split(' ')], 'rb', &:read)
    end
  end
end

include SimpleCaptcha::ImageHelpers
$stdout.sync = true
while (line = $stdin.gets)
  ask = JSON.parse(line)
  srand(ask['seed'])
  SimpleCaptcha.seed = ask['seed']
  SimpleCaptcha.text = ask['text']
  SimpleCaptcha.image_size = '100x28'
  SimpleCaptcha.image_style = 'simply_blue'
  SimpleCaptcha.distortion = 'low'
  SimpleCaptcha.implode = 'medium'
  SimpleCaptcha.font = ''
  SimpleCaptcha.noise = 0
  if ask['wild']
    SimpleCaptcha.image_size = "#{rand(100..150)}x#{rand(28..44)}"
    SimpleCaptcha.image_style = rand < 0.9 ? (SimpleCaptcha::ImageHelpers.image_styles.keys - ['almost_invisible']).sample(random: Random.new(ask['seed'])) : 'almost_invisible'
    SimpleCaptcha.distortion = 'random'
    SimpleCaptcha.implode = %w[none low medium high][rand(4)]
    SimpleCaptcha.font = ask['font'] if rand < 0.7
    SimpleCaptcha.noise = rand < 0.3 ? rand(1..6) : 0
  end
  puts Base64.strict_encode64(generate_simple_captcha_image(''))
end
